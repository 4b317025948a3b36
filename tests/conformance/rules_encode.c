/* Rules about encode: what it puts, and how it deals with an encoder that fails. */
#include <sys/mman.h>

#include "deliver.h"
#include "odd.h"

/* A batch of @n logs and events. */
static struct sample *sample_of(size_t n)
{
    struct sample *s = sample_new("the batch");
    ilf_log *logs = sample_alloc(s, n * sizeof(*logs));
    ilf_event *events = sample_alloc(s, n * sizeof(*events));

    for (size_t r = 0; r < n; r++) {
        logs[r] = *s->log;
        events[r] = *s->event;
    }
    s->group->logs = logs;
    s->event_group->events = events;
    s->group->n_logs = s->event_group->n_events = n;
    return s;
}

static void encode_odd_samples(struct instance *i)
{
    struct sample *s = sample_new("the batch");

    s->pair->value = s->field->value.as.str = S("\xff\n\0");
    (void)deliver(i, s, true, true);
    s = sample_new("the batch");
    s->log->contents = NULL;
    s->log->n_contents = s->log_event->n_contents = 0;
    (void)deliver(i, s, true, true);
    s = sample_new("the batch");
    *s->event = (ilf_event){.type = ILF_EVENT_METRIC, .as.metric = s->metric};
    (void)deliver(i, s, false, true);
    *s->event = (ilf_event){.type = ILF_EVENT_SPAN, .as.span = s->span};
    (void)deliver(i, s, false, true);
    *s->event = (ilf_event){.type = ILF_EVENT_BYTES, .as.bytes = &s->field->value.as.str};
    (void)deliver(i, s, false, true);
}

static void says(const struct rule *rule)
{
    struct instance *i;

    need_delivered();
    i = start();
    (void)deliver(i, sample_of(3), true, true);
    encode_odd_samples(i);
    (void)call_stop(i);
    live_in_every_way();
    if (heard.problem[rule->number][0])
        fail("%s", heard.problem[rule->number]);
}

/* --- An encoder that fails ------------------------------------------------------------------------- */

enum { RECORDS = 5 };

static void bears_failing_puts(const struct rule *rule)
{
    static const ilf_status failures[] = {ILF_ERR_NOMEM, ILF_ERR_RETRY};
    struct outbox *box;
    struct instance *i;
    unsigned failed = 0;

    need_delivered();
    i = start();
    box = &delivery_of(i)->outbox;
    for (size_t f = 0; f < 2; f++) {
        for (unsigned n = 1; n <= RECORDS; n++) {
            *box = (struct outbox){.fail_at = n, .fail_with = failures[f]};
            (void)encode(i, sample_of(RECORDS));
            failed += box->failed;
            if (heard.problem[rule->number][0])
                fail("%s", heard.problem[rule->number]);
        }
    }
    *box = (struct outbox){0};
    (void)call_stop(i);
    if (failed == 0)
        skip("encode makes no record of an ordinary batch");
}

static void begins_anew(const struct rule *rule)
{
    struct sample *sample = sample_of(RECORDS);
    struct outbox *box, whole;
    struct instance *i;
    unsigned failed = 0;

    (void)rule;
    need_delivered();
    i = start();
    box = &delivery_of(i)->outbox;
    if (encode(i, sample) != ILF_OK)
        skip("encode takes no ordinary batch");
    whole = *box;
    for (unsigned n = 1; n <= RECORDS; n++) {
        *box = (struct outbox){.fail_at = n, .fail_with = ILF_ERR_NOMEM};
        sample->batch->attempt = sample->events->attempt = 0;
        (void)encode(i, sample);
        failed += box->failed;
        *box = (struct outbox){0};
        sample->batch->attempt = sample->events->attempt = 1;
        if (encode(i, sample) != ILF_OK || box->puts != whole.puts || box->events != whole.events)
            fail("called  encode of %d records, with call %u of the encoder failing; then the same "
                 "batch again\nseen    %u records of %llu events, and not %u of %llu",
                 RECORDS, n, box->puts, (unsigned long long)box->events, whole.puts,
                 (unsigned long long)whole.events);
    }
    (void)call_stop(i);
    if (failed == 0)
        skip("encode makes no record of an ordinary batch");
}

/* --- The encoder itself ------------------------------------------------------------------------------ */

static void forgets_the_encoder(const struct rule *rule)
{
    struct instance *i;

    (void)rule;
    need_delivered();
    i = start();
    for (int n = 0; n < 3; n++) {
        struct region *region = region_new("an ilf_encoder of before", sizeof(ilf_encoder));
        struct outbox *box = &delivery_of(i)->outbox;

        box->encoder = encoder_into(region_last(region, sizeof(ilf_encoder), 8), i);
        (void)encode(i, sample_of(1));
        region_protect(region, PROT_NONE, "which is valid during that call");
        box->encoder = NULL;
    }
    (void)deliver(i, sample_of(1), true, true);
    (void)call_stop(i);
}

static void bears_a_longer_encoder(const struct rule *rule)
{
    struct instance *i;
    struct outbox *box;
    ilf_status usual;

    (void)rule;
    need_delivered();
    i = start();
    box = &delivery_of(i)->outbox;
    usual = encode(i, sample_of(1));
    box->encoder = encoder_into(stale_alloc(sizeof(ilf_encoder) + 64), i);
    box->encoder->struct_size += 64;
    if (usual == ILF_OK && (encode(i, sample_of(1)) != ILF_OK || box->puts + box->rejects == 0))
        fail("called  encode, with an encoder of 64 bytes more\nseen    it puts nothing, as it "
             "does with another: \"%.300s\"",
             i->err->text);
    (void)call_stop(i);
}

static void counts_events(const struct rule *rule)
{
    struct outbox *box;
    struct instance *i;

    (void)rule;
    need_delivered();
    i = start();
    box = &delivery_of(i)->outbox;
    for (size_t n = 1; n <= 20; n += 19) {
        if (encode(i, sample_of(n)) != ILF_OK)
            skip("encode takes no ordinary batch");
        if (box->events != n)
            fail("called  encode of %zu records\nseen    put and reject were given %llu events", n,
                 (unsigned long long)box->events);
    }
    (void)call_stop(i);
}

extern const struct rule rules_encode[];
const struct rule rules_encode[] = {
    {"encode.status", "encode returns ILF_OK, _DROP or _NOMEM, or what the encoder has returned.",
     "ILF_ERR_DROP for what is nothing for this sink, ILF_ERR_NOMEM to be asked again", .run = says,
     .number = ENCODE_STATUS},
    {"encode.stops", "encode stops when put or reject fails.", "look at what they return",
     .run = bears_failing_puts, .number = ENCODE_GOES_ON},
    {"encode.returns", "encode returns what put or reject has failed with.",
     "return their status as it is", .run = bears_failing_puts, .number = ENCODE_HIDES},
    {"encode.again", "After a failure the batch comes again, whole.",
     "remember nothing of a batch: what was put of it is forgotten", .run = begins_anew},
    {"encode.context", "put and reject are called with the encoder's context.",
     "pass to->context, not to", .run = says, .number = ENCODER_CONTEXT},
    {"encode.kept", "The encoder is not touched after the call.", "use the one of the call",
     .run = forgets_the_encoder},
    {"encode.longer-encoder", "A newer library's encoder is longer.",
     "test struct_size with >=, never ==", .run = bears_a_longer_encoder},
    {"encode.counts", "Each event is counted, once, in what is put or rejected.",
     "set n_events to the number of logs or events that the record stands for",
     .run = counts_events},
    {"encode.reserved", "What is reserved in a record is 0.", "use an initializer", .run = says,
     .number = RECORD_RESERVED},
    {"encode.why", "The why of a reject is one line of UTF-8, of 1 to 200 bytes.",
     "cut it, and quote no bytes of the data", .run = says, .number = REJECT_WHY},
    {0},
};
