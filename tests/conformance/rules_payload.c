/* Rules about payloads: whose they are, and what they may hold. */
#include <sys/mman.h>
#include <unistd.h>

#include "deliver.h"

/* Send @payload and wait. Fails when it does not end. */
static const struct sending *ending_of(struct instance *i, ilf_payload *payload, const char *what)
{
    const struct sending *s = call_send(i, payload, false);

    if (!await_patiently(i, 5 * patience()))
        fail("called  send of %s\nseen    it has not ended after %.1f s", what,
             5 * patience() + own_timeout());
    return s;
}

static struct instance *start_delivered(void)
{
    need_delivered();
    return start();
}

/* --- Whose they are -------------------------------------------------------------------------------- */

static void leaves_it_alone(const struct rule *rule)
{
    struct instance *i = start_delivered();
    ilf_payload *payload = payload_guard(payload_new(i));

    (void)rule;
    payload_protect(payload, PROT_READ, "which stays as it is: it was written to");
    (void)call_send(i, payload, true);
    must_end(i);
    (void)call_stop(i);
}

static void forgets_it(const struct rule *rule)
{
    struct instance *i = start_delivered();

    (void)rule;
    for (int n = 0; n < 3; n++) {
        (void)call_send(i, payload_guard(payload_new(i)), true);
        must_end(i);
        (void)usleep(20000); /* for a thread that does what it must not */
    }
    if (the.ops->cancel)
        the.ops->cancel(i->self);
    (void)call_stop(i);
}

static void reads_to_the_length(const struct rule *rule)
{
    struct instance *i = start_delivered();

    (void)rule;
    (void)call_send(i, payload_guard(payload_new(i)), false);
    must_end(i);
    (void)call_stop(i);
}

/* --- What they hold -------------------------------------------------------------------------------- */

enum { LARGE = 1 << 20, MANY = 100000 };

static void no_bytes(const struct rule *rule)
{
    struct instance *i = start_delivered();
    const ilf_payload *usual = payload_new(i);
    const ilf_str none[2] = {{NULL, 0}, {NULL, 0}};

    (void)rule;
    (void)ending_of(i, payload_of(usual->destination, none, 1), "a record of no bytes");
    (void)ending_of(i, payload_of(usual->destination, none, 2), "two records of no bytes");
    (void)call_stop(i);
}

static void large_record(const struct rule *rule)
{
    struct instance *i = start_delivered();
    const ilf_payload *usual = payload_new(i);
    const ilf_str body = {memset(stale_alloc(LARGE), 'x', LARGE), LARGE};

    (void)rule;
    (void)ending_of(i, payload_of(usual->destination, &body, 1), "a record of 1 MiB");
    (void)call_stop(i);
}

static void binary_record(const struct rule *rule)
{
    struct instance *i = start_delivered();
    const ilf_payload *usual = payload_new(i);
    char *bytes = stale_alloc(512);

    (void)rule;
    for (int n = 0; n < 512; n++)
        bytes[n] = (char)n;
    (void)ending_of(i, payload_of(usual->destination, &(ilf_str){bytes, 512}, 1),
                    "a record of bytes of each value");
    (void)call_stop(i);
}

static void many_records(const struct rule *rule)
{
    struct instance *i = start_delivered();
    const ilf_payload *usual = payload_new(i);
    const ilf_record *kept = &delivery_of(i)->outbox.kept[0];
    ilf_str *bodies = stale_alloc(MANY * sizeof(*bodies));

    for (int n = 0; n < MANY; n++)
        bodies[n] = kept->body;
    (void)ending_of(i, payload_of(usual->destination, bodies, MANY), "100,000 records");
    (void)call_stop(i);
    if (heard.problem[rule->number][0])
        fail("%s", heard.problem[rule->number]);
}

/* As one that another release has put into the spool. */
static void foreign_destination(const struct rule *rule)
{
    static const char *const texts[] = {"",  "no such destination",           "\n\n\n", "/%zz?\xff",
                                        "[", "https://host:99999999/\r\nX: y"};
    struct instance *i = start_delivered();
    const ilf_payload *usual = payload_new(i);
    const ilf_str body = usual->bytes;
    char *bytes = memset(stale_alloc(LARGE), '\n', LARGE);

    (void)rule;
    for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
        (void)ending_of(i, payload_of((ilf_str){texts[t], strlen(texts[t])}, &body, 1),
                        "a record with a destination that is none of the flusher's");
    (void)ending_of(i, payload_of((ilf_str){bytes, 1 << 16}, &body, 1),
                    "a record with a destination of 65,536 newlines");
    (void)ending_of(i, payload_of((ilf_str){"\0\0\0", 3}, &body, 1),
                    "a record with a destination of three NULs");
    (void)call_stop(i);
}

/* --- What is said of them --------------------------------------------------------------------------- */

/* Two payloads that differ only in what @change does: do they end alike? */
static void is_no_matter(void (*change)(ilf_payload *payload), const char *what)
{
    struct instance *i = start_delivered();
    ilf_payload *usual = payload_new(i), *changed = payload_new(i);
    const struct sending *before = ending_of(i, usual, "a record"), *after;

    change(changed);
    after = ending_of(i, changed, what);
    if (before->verdict != after->verdict && !was_the_sinks(before) && !was_the_sinks(after))
        fail("called  send of %s\nseen    verdict %d, and %d without that", what,
             (int)after->verdict, (int)before->verdict);
    (void)call_stop(i);
}

static void set_attempt(ilf_payload *payload)
{
    payload->attempt = 1000000;
}

static void set_flags(ilf_payload *payload)
{
    payload->flags = UINT32_MAX;
}

static void set_time(ilf_payload *payload)
{
    payload->accepted_at = UINT64_MAX;
}

static void set_size(ilf_payload *payload)
{
    payload->struct_size += 64;
}

static void set_id(ilf_payload *payload)
{
    payload->id = UINT64_MAX;
}

static void any_attempt(const struct rule *rule)
{
    (void)rule;
    is_no_matter(set_attempt, "a payload in its millionth attempt");
}

static void any_flags(const struct rule *rule)
{
    (void)rule;
    is_no_matter(set_flags, "a payload with flags that have no name yet");
}

static void any_time(const struct rule *rule)
{
    (void)rule;
    is_no_matter(set_time, "a payload accepted at the end of time");
}

static void any_id(const struct rule *rule)
{
    (void)rule;
    is_no_matter(set_id, "a payload whose id is the largest");
}

static void any_size(const struct rule *rule)
{
    (void)rule;
    is_no_matter(set_size, "a payload whose struct is 64 bytes longer");
}

static void each_endpoint(const struct rule *rule)
{
    struct instance *i = start_delivered();
    size_t n = delivery_of(i)->tuned.n_endpoints;

    (void)rule;
    for (size_t e = 0; e < n; e++) {
        ilf_payload *payload = payload_new(i);

        payload->endpoint = e;
        (void)ending_of(i, payload, "a record to each of its endpoints");
    }
    (void)call_stop(i);
    if (n < 2)
        skip("it has one endpoint, as it is configured");
}

extern const struct rule rules_payload[];
const struct rule rules_payload[] = {
    {"payload.written", "A payload is not written to.", "copy what must be changed",
     .run = leaves_it_alone},
    {"payload.kept", "A payload is not touched after its completion.",
     "complete it last, or copy what is needed", .run = forgets_it},
    {"payload.end", "Payloads are not read beyond their length.", "there is no NUL: use len",
     .run = reads_to_the_length},
    {"payload.empty", "A record may have no bytes.", "look at every length before what it counts",
     .run = no_bytes},
    {"payload.large", "A record may have 1 MiB.", "no buffer of a fixed size", .run = large_record},
    {"payload.binary", "A record may hold any bytes.", "use ptr with len, never as a C string",
     .run = binary_record},
    {"payload.many", "A payload of 100,000 records ends, with a verdict for each if for any.",
     "no array of a fixed length: records and reasons have n_records elements", .run = many_records,
     .number = RESULT_RECORDS},
    {"payload.destination", "A destination of another release ends with a verdict.",
     "look at every length, and reject what can't be understood", .run = foreign_destination},
    {"payload.attempt", "The number of attempts does not matter.",
     "no give-up: retrying is the runtime's", .run = any_attempt},
    {"payload.flags", "Flags without a name may be set.", "look at the bits that you know",
     .run = any_flags},
    {"payload.time", "The time of acceptance may be any.", "look at sums of it", .run = any_time},
    {"payload.id", "An id may be any number.", "no array of ids", .run = any_id},
    {"payload.longer", "A newer library's payload is longer.",
     "test struct_size with >=, never ==", .run = any_size},
    {"payload.endpoint", "Each of the tuned endpoints can be sent to.",
     "n_endpoints is the length of endpoints", .run = each_endpoint},
    {0},
};
