/* Descriptors of librdkafka's that children of the host do not inherit. */
#ifndef ILF_KAFKA_CLOEXEC_H
#define ILF_KAFKA_CLOEXEC_H

#include <librdkafka/rdkafka.h>

/* Let the client that is started with @conf see to it, from its first connection on. */
void kafka_close_on_exec(rd_kafka_conf_t *conf);

/* Of the clients that there are. */
void kafka_close_pipes_on_exec(void);

#endif
