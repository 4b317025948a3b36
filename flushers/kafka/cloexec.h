/* Descriptors of librdkafka's that children of the host do not inherit. */
#ifndef ILF_KAFKA_CLOEXEC_H
#define ILF_KAFKA_CLOEXEC_H

#include <librdkafka/rdkafka.h>

/* Of the client that is started with @conf. (A copy of @conf does not have it.) */
void kafka_close_on_exec(rd_kafka_conf_t *conf);

#endif
