/* librdkafka's statistics as metrics: counters of requests and connections, gauges of brokers, and how
 * far delivery lags behind in topics and partitions. */
#ifndef ILF_KAFKA_STATS_H
#define ILF_KAFKA_STATS_H

#include <ilf/flusher.h>

enum { STATS_COUNTERS = 7 };

struct stats {
    const ilf_host *host;
    ilf_counter *counters[STATS_COUNTERS];
    void *last; /* json_t: what was shown last, and must go when it is there no more */
};

void stats_init(struct stats *s, const ilf_host *host);
void stats_dispose(struct stats *s);

/* Show the @len bytes of JSON at @text; @seen are the sums that this client had shown before. */
void stats_show(struct stats *s, const char *text, size_t len, uint64_t seen[STATS_COUNTERS]);

#endif
