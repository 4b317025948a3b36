/* What librdkafka says about itself and the brokers, for the log. */
#ifndef ILF_KAFKA_EVENTS_H
#define ILF_KAFKA_EVENTS_H

#include <librdkafka/rdkafka.h>

#include <ilf/flusher.h>

void kafka_error_event(const ilf_host *host, rd_kafka_event_t *event);
void kafka_log_line(const rd_kafka_t *rk, int level, const char *facility, const char *text);

#endif
