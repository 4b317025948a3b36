/* A flusher whose sink answers for each record, for the crash tests. The sink is the memory that a
 * child shares with its parent, so that all it has taken is known when the child dies. */
#ifndef ILF_TESTS_CRASH_ITEMS_H
#define ILF_TESTS_CRASH_ITEMS_H

#include "life.h"

enum { ITEMS_MAX = 16 }; /* records of a payload */

struct items {
    const ilf_host *host;
};

/* What the sink does next, in the child. */
static struct life_script items_script;

static inline ilf_status items_init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)err;
    ((struct items *)self)->host = host;
    return ILF_OK;
}

static inline ilf_status items_encode(void *self, const ilf_batch *batch, const ilf_encoder *to,
                                      ilf_error *err)
{
    ilf_status status = ILF_OK;

    (void)self;
    (void)err;
    for (size_t i = 0; i < batch->groups[0].n_logs && status == ILF_OK; i++) {
        const ilf_kv *kv = &batch->groups[0].logs[i].contents[0];
        char body[64];
        int n =
            snprintf(body, sizeof(body), "{\"id\":\"%.*s\"}", (int)kv->value.len, kv->value.ptr);
        const ilf_record record = {.body = {body, (size_t)n}, .n_events = 1};

        status = to->put(to->context, &record);
    }
    return status;
}

/* The sink's verdict of one record, which it takes if that is "delivered". */
static inline uint8_t items_decide(uint64_t id)
{
    if (id % 23 == 0)
        return ILF_REJECT;
    if (id % 29 == 0)
        return ILF_TOO_LARGE;
    if (!items_script.healed && test_random(&items_script.random) % 100 < 30)
        return ILF_RETRY;
    life_take(id);
    return ILF_DELIVERED;
}

/* Some payloads the sink refuses whole: it is busy, or they are too large. Of others nothing is
 * heard, though it has taken what it wants. */
static inline void items_send(void *self, const ilf_payload *payload)
{
    const ilf_host *host = ((struct items *)self)->host;
    ilf_result result = {.struct_size = sizeof(result), .reason = S("as the script says")};
    uint64_t draw = items_script.healed ? 0 : test_random(&items_script.random) % 100;
    uint8_t verdicts[ITEMS_MAX];

    life_look(payload);
    if (payload->n_records > 6) {
        result.verdict = ILF_TOO_LARGE;
    } else if (draw >= 90) {
        result.verdict = ILF_RETRY;
        result.code = 503;
    } else {
        for (size_t i = 0; i < payload->n_records; i++)
            verdicts[i] = items_decide(life_id(payload, i));
        result.records = verdicts;
        if (draw >= 80)
            result = (ilf_result){.struct_size = sizeof(result),
                                  .verdict = ILF_RETRY,
                                  .flags = ILF_RESULT_UNANSWERED | ILF_RESULT_UNREACHED};
    }
    host->complete(host->context, payload, &result);
}

static const ilf_flusher_ops items_ops = {
    .abi = ILF_ABI,
    .struct_size = sizeof(items_ops),
    .name = "flusher_c_items",
    .description = "delivers to a sink that answers for each record",
    .instance_size = sizeof(struct items),
    .init = items_init,
    .encode = items_encode,
    .send = items_send,
};

#endif
