/* The time that stops may take together when the process ends. */
#include "budget.h"

#include <pthread.h>

static struct {
    pthread_mutex_t lock;
    unsigned running;      /* stops */
    uint64_t began, ended; /* the first of those that run; the last that has ended */
    uint64_t used;         /* before that, by stops that share the time */
} budget = {.lock = PTHREAD_MUTEX_INITIALIZER};

uint64_t ilf__budget_begin(uint64_t now, uint64_t timeout)
{
    uint64_t least = timeout < ILF__BUDGET_LEAST ? timeout : ILF__BUDGET_LEAST;
    uint64_t used, left;

    pthread_mutex_lock(&budget.lock);
    if (budget.running == 0) {
        if (now > budget.ended + ILF__BUDGET_GAP)
            budget.used = 0;
        budget.began = now;
    }
    budget.running++;
    used = budget.used + (now > budget.began ? now - budget.began : 0);
    pthread_mutex_unlock(&budget.lock);
    left = used < timeout ? timeout - used : 0;
    return now + (left > least ? left : least);
}

void ilf__budget_end(uint64_t now)
{
    pthread_mutex_lock(&budget.lock);
    budget.running--;
    if (budget.running == 0)
        budget.used += now > budget.began ? now - budget.began : 0;
    budget.ended = now;
    pthread_mutex_unlock(&budget.lock);
}

void ilf__budget_renew(uint64_t now)
{
    pthread_mutex_lock(&budget.lock);
    budget.used = 0;
    budget.began = now;
    pthread_mutex_unlock(&budget.lock);
}
