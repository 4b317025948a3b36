/* What librdkafka says about itself and the brokers, for the log. */
#include "events.h"

void kafka_error_event(const ilf_host *host, rd_kafka_event_t *event)
{
    ilf_logf(host, ILF_LEVEL_WARN, "kafka: %s", rd_kafka_event_error_string(event));
}

void kafka_log_line(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    const ilf_host *host = rd_kafka_opaque(rk);

    ilf_logf(host,
             level <= 3   ? ILF_LEVEL_ERROR
             : level <= 4 ? ILF_LEVEL_WARN
             : level <= 6 ? ILF_LEVEL_INFO
                          : ILF_LEVEL_DEBUG,
             "kafka: %s: %s", facility, text);
}
