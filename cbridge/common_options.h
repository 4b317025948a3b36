/* The options that every flusher has beside its own. */
#ifndef ILF_CBRIDGE_COMMON_OPTIONS_H
#define ILF_CBRIDGE_COMMON_OPTIONS_H

#include <ilf/flusher.h>

#include "deadletter.h"
#include "retry.h"
#include "spool.h"

enum ilf__when_full { ILF__BLOCK, ILF__DROP_NEWEST, ILF__DROP_OLDEST };
enum ilf__order { ILF__ORDER_NONE, ILF__ORDER_KEY, ILF__ORDER_ALL };
enum ilf__strategy { ILF__FAILOVER, ILF__ROUND_ROBIN };

struct ilf__common_options {
    int64_t stop_timeout;     /* nanoseconds; so is the other */
    int64_t handover_timeout; /* of delivered flushers only, as all below but for retry */
    struct ilf__retry_options retry;

    /* All below is of delivered flushers only. */
    struct ilf__batch_options {
        uint64_t max_bytes;
        int64_t max_records; /* 0: no bound */
        int64_t max_age;     /* nanoseconds; 0: sent at once */
    } batch;
    struct ilf__queue_options {
        uint64_t max_bytes;
        int64_t max_records; /* 0: no bound */
        int when_full;       /* enum ilf__when_full */
    } queue;
    struct ilf__delivery_options {
        int64_t concurrency;
        bool adaptive;
        int order;     /* enum ilf__order */
        int endpoints; /* enum ilf__strategy */
    } delivery;
    struct ilf__rate_options {
        double records; /* a second; 0: no limit */
        uint64_t bytes;
    } rate;
    struct ilf__breaker_options {
        int64_t failures; /* 0: no breaker */
        int64_t open_time;
        int64_t max_open_time;
    } breaker;
    struct ilf__spool_options spool;
    struct ilf__deadletter_options dead_letters;
};

/* The common options of @ops: those of a direct flusher, or of a delivered one. */
const ilf_option *ilf__common_options(const ilf_flusher_ops *ops);

/* Take from @tuning (which may be shorter than ours) what the configuration has left unset, then
 * the defaults. */
void ilf__tune(struct ilf__common_options *options, const ilf_flusher_ops *ops,
               const ilf_tuning *tuning);

#endif
