/* What the delivered animals share: COURIER, whose sends end at once, and POLLED, whose sends end in
 * poll. As ANIMAL, they are right but for what a member names. */
#ifndef ILF_TESTS_DELIVERED_H
#define ILF_TESTS_DELIVERED_H

#include "animal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>

enum { SENT = 64 };

struct courier {
    const char *path;
    const ilf_host *host;
    const ilf_payload *sent[SENT];
    size_t n_sent;
    int event; /* that wake writes to */
    void *memory;
    const void *kept;
    atomic_int busy;
    int calls;
};

#define ENCODE void *self, const ilf_batch *batch, const ilf_encoder *to, ilf_error *err
#define SEND void *self, const ilf_payload *payload
#define POLL void *self, int64_t timeout
#define COURIER_SELF ((struct courier *)self)
#define RESULT(...)                                                                                \
    (ilf_result)                                                                                   \
    {                                                                                              \
        .struct_size = sizeof(ilf_result), __VA_ARGS__                                             \
    }
#define TEXT(literal) ((ilf_str){literal, sizeof(literal) - 1})
#define REJECTED(why) RESULT(.verdict = ILF_REJECT, .reason = TEXT(why))

static inline ilf_status take_host(INIT)
{
    COURIER_SELF->host = host;
    return ILF_OK;
}

static inline ilf_record record_of(const ilf_log *log)
{
    return (ilf_record){.body = log->n_contents > 0 ? log->contents[0].value : TEXT(""),
                        .n_events = 1};
}

static inline ilf_status put_all(ENCODE)
{
    EACH_LOG (log) {
        const ilf_record record = record_of(log);
        ilf_status status = to->put(to->context, &record);

        if (status != ILF_OK)
            return status;
    }
    return ILF_OK;
}

static inline void end_with(SEND, ilf_result result)
{
    COURIER_SELF->host->complete(COURIER_SELF->host->context, payload, &result);
}

static inline void arrive(SEND)
{
    end_with(self, payload, RESULT(.verdict = ILF_DELIVERED));
}

#define COURIER(...)                                                                               \
    static const ilf_flusher_ops animal = {.abi = ILF_ABI,                                         \
                                           .struct_size = sizeof(ilf_flusher_ops),                 \
                                           .name = "flusher_zoo",                                  \
                                           .description = "lives in the zoo",                      \
                                           .instance_size = sizeof(struct courier),                \
                                           .init = take_host,                                      \
                                           .encode = put_all,                                      \
                                           .send = arrive,                                         \
                                           __VA_ARGS__};                                           \
    ILF_PLUGIN(animal)

/* --- With a loop of its own ---------------------------------------------------------------------- */

static inline ilf_status open_event(INIT)
{
    COURIER_SELF->host = host;
    COURIER_SELF->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return COURIER_SELF->event >= 0 ? ILF_OK : ilf_fail(err, ILF_ERR_CONFIG, "eventfd fails");
}

static inline ilf_status close_event(STOP)
{
    close(COURIER_SELF->event);
    return ILF_OK;
}

static inline void put_aside(SEND)
{
    struct courier *c = self;

    if (c->n_sent < SENT)
        c->sent[c->n_sent++] = payload;
    else
        end_with(self, payload, RESULT(.verdict = ILF_RETRY, .reason = TEXT("too many")));
}

static inline void end_all(void *self, ilf_result result)
{
    struct courier *c = self;

    while (c->n_sent > 0)
        end_with(self, c->sent[--c->n_sent], result);
}

static inline void forget_wakes(void *self)
{
    eventfd_t n;

    (void)eventfd_read(COURIER_SELF->event, &n);
}

static inline void wait_event(POLL)
{
    struct pollfd fd = {.fd = COURIER_SELF->event, .events = POLLIN};
    const struct timespec most = {timeout / 1000000000, timeout % 1000000000};

    (void)ppoll(&fd, 1, timeout < 0 ? NULL : &most, NULL);
    forget_wakes(self);
}

static inline void run_loop(POLL)
{
    if (COURIER_SELF->n_sent > 0)
        end_all(self, RESULT(.verdict = ILF_DELIVERED));
    else
        wait_event(self, timeout);
}

static inline void write_event(void *self)
{
    (void)eventfd_write(COURIER_SELF->event, 1);
}

static inline void cancel_all(void *self)
{
    end_all(self, RESULT(.verdict = ILF_CANCELLED));
}

#define POLLED(...)                                                                                \
    COURIER(.init = open_event, .stop = close_event, .send = put_aside, .poll = run_loop,          \
            .wake = write_event, .cancel = cancel_all, __VA_ARGS__)

#endif
