/* The time that stops may take together when the process ends: StopTimeout in all, not each, since
 * the host stops one pipeline after another. */
#ifndef ILF_CBRIDGE_BUDGET_H
#define ILF_CBRIDGE_BUDGET_H

#include <stdint.h>

/* A stop begins at @now (monotonic nanoseconds, as all times here) that may take @timeout: returns
 * its deadline. Stops that begin within ILF__BUDGET_GAP after the last one share what that has left
 * of the time, but each has ILF__BUDGET_LEAST, for one try. */
uint64_t ilf__budget_begin(uint64_t now, uint64_t timeout);
void ilf__budget_end(uint64_t now);

/* An instance has started: it is not the process that ends. */
void ilf__budget_renew(uint64_t now);

#define ILF__BUDGET_GAP UINT64_C(5000000000)
#define ILF__BUDGET_LEAST UINT64_C(1000000000)

#endif
