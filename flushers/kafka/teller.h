/* What librdkafka says about itself and the brokers, in lines for the log: one for each broker and
 * cause, with what to look at, and not again for a while. */
#ifndef ILF_KAFKA_TELLER_H
#define ILF_KAFKA_TELLER_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include <ilf/flusher.h>

enum { TELLER_LINES = 64 };

struct teller {
    const ilf_host *host;
    pthread_mutex_t lock; /* librdkafka logs from its own threads */
    struct {
        uint32_t hash; /* of what the line is about */
        uint64_t at;
    } told[TELLER_LINES];
    size_t next;
    atomic_bool down; /* no broker was reached, and nothing delivered since */
    bool told_down;   /* and the log says so */
    uint64_t up_at;   /* when it was over; 0: it never was */
};

void teller_init(struct teller *t, const ilf_host *host);
void teller_dispose(struct teller *t);

/* An error event of a client. */
void teller_error(struct teller *t, rd_kafka_resp_err_t code, const char *text);

/* Records were delivered: what was wrong is over. */
void teller_delivered(struct teller *t);

/* Those records that wait for their acknowledgement for longest, which are for @topic, have done so for
 * @seconds. That no broker is reached is told here, and not at once: to be without a connection for a
 * moment is nothing, and a broker that wants a new login from time to time brings it about. */
void teller_waiting(struct teller *t, ilf_str topic, uint64_t seconds);

/* Is it time for a line about @about, as there was none for a while? */
bool teller_should_log(struct teller *t, const char *about);

/* For rd_kafka_conf_set_log_cb; the client's opaque is a teller. */
void teller_log(const rd_kafka_t *rk, int level, const char *facility, const char *text);

#endif
