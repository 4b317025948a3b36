/* Rules about sends and how they end; about results; about what is tuned. */
#include <unistd.h>

#include "deliver.h"

/* --- Ends -------------------------------------------------------------------------------------------- */

static void ends(const struct rule *rule)
{
    struct instance *i;

    (void)rule;
    need_delivered();
    i = start();
    for (int n = 0; n < 3; n++) {
        (void)call_send(i, payload_new(i), false);
        if (!await_patiently(i, 5 * patience()))
            fail("called  send, and then poll for %.1f s\nseen    no completion of it",
                 5 * patience() + own_timeout());
    }
    (void)call_stop(i);
}

enum { AT_A_TIME = 8 };

static void ends_all(const struct rule *rule)
{
    struct instance *i;

    (void)rule;
    need_delivered();
    i = start();
    for (int n = 0; n < AT_A_TIME; n++)
        (void)call_send(i, payload_new(i), false);
    if (!await_patiently(i, 5 * patience()))
        fail("called  send of %d payloads, and then poll for %.1f s\nseen    %u have no completion",
             AT_A_TIME, 5 * patience() + own_timeout(), delivery_of(i)->under_way);
    (void)call_stop(i);
}

static void says(const struct rule *rule)
{
    struct instance *i;

    need_delivered();
    i = start();
    for (int n = 0; n < 3; n++)
        (void)deliver(i, sample_new("the batch"), true, true);
    (void)usleep(20000); /* for a thread that completes once more */
    (void)call_stop(i);
    live_in_every_way();
    if (heard.problem[rule->number][0])
        fail("%s", heard.problem[rule->number]);
}

static void is_quick(const struct rule *rule)
{
    double best = 1e9;

    (void)rule;
    need_delivered();
    for (int n = 0; n < 3 && best > patience(); n++) {
        struct instance *i = start();
        ilf_payload *payload = payload_new(i);
        double since = seconds(), took;

        (void)call_send(i, payload, false);
        took = seconds() - since;
        best = took < best ? took : best;
        must_end(i);
        (void)call_stop(i);
    }
    if (best > patience())
        fail("called  send three times\nseen    it took %.2f s at best; allowed are %.2f", best,
             patience());
}

static void bears_hunger(const struct rule *rule)
{
    bool starved = true;

    (void)rule;
    need_delivered();
    if (!alloc_is_counted())
        skip("built with a sanitizer, which has an allocator of its own");
    live();
    for (uint64_t n = 1; n < 200 && starved; n++) {
        struct instance *i = start();
        const struct sending *usual = call_send(i, payload_new(i), false), *short_of;
        ilf_payload *payload;

        must_end(i);
        payload = payload_new(i);
        alloc_fail(n);
        short_of = call_send(i, payload, false);
        must_end(i);
        starved = alloc_has_failed();
        alloc_fail(0);
        if (usual->verdict <= ILF_RETRY && !was_the_sinks(short_of) &&
            (short_of->verdict == ILF_REJECT || short_of->verdict == ILF_TOO_LARGE))
            fail("called  send, with allocation %d failing\nseen    verdict %d, which loses the "
                 "records, and %d without that",
                 (int)n, (int)short_of->verdict, (int)usual->verdict);
        (void)call_stop(i);
        discard(i);
    }
}

/* --- Tuning ------------------------------------------------------------------------------------------- */

static void tunes(const struct rule *rule)
{
    (void)loaded();
    live_in_every_way();
    if (heard.problem[rule->number][0])
        fail("%s", heard.problem[rule->number]);
}

static void keeps_labels(const struct rule *rule)
{
    const struct tuned *tuned;
    struct instance *i;

    (void)rule;
    need_delivered();
    i = start();
    use(i);
    tuned = &delivery_of(i)->tuned;
    for (size_t e = 0; tuned->endpoints && e < tuned->n_endpoints && e < 8; e++) {
        step("a look at the name of endpoint %zu", e);
        if (*tuned->labels[e] &&
            strncmp(tuned->endpoints[e], tuned->labels[e], sizeof(tuned->labels[e]) - 1) != 0)
            fail("seen    endpoint %zu was called \"%s\" when it was tuned, and is not now", e,
                 tuned->labels[e]);
    }
    (void)call_stop(i);
    if (!tuned->endpoints)
        skip("it names no endpoints");
}

#define SAYS(problem) .run = says, .number = (problem)
#define TUNES(problem) .run = tunes, .number = (problem)

extern const struct rule rules_send[];
const struct rule rules_send[] = {
    {"send.ends", "Every send ends.", "give each a time-out; complete it, whatever happens",
     .run = ends},
    {"send.at-a-time", "Several sends may be in flight.", "a slot for each, or a list",
     .run = ends_all},
    {"send.once", "A send ends once.", "forget the payload when it is completed",
     SAYS(COMPLETE_TWICE)},
    {"send.own", "Only what was sent is completed.",
     "hand complete the very payload that send was given", SAYS(COMPLETE_FOREIGN)},
    {"send.quick", "send does not block.", "start it there, and go on in poll or in a thread",
     .run = is_quick},
    {"send.short", "When memory is short, a send ends with ILF_RETRY.",
     "look at every result of malloc; reject only what never will work", .run = bears_hunger},
    {"result.size", "A result has its struct_size.", "use an initializer with sizeof",
     SAYS(RESULT_SIZE)},
    {"result.verdict", "A result has one of the verdicts.", "use ILF_DELIVERED, ILF_RETRY...",
     SAYS(RESULT_VERDICT)},
    {"result.flags", "Only flags that the ABI knows are set in a result.", "use ILF_RESULT_...",
     SAYS(RESULT_FLAGS)},
    {"result.retry-after", "retry_after is not negative.", "0 when the sink has said nothing",
     SAYS(RESULT_RETRY_AFTER)},
    {"result.records", "records has a verdict for each record.", "n_records elements, or NULL",
     SAYS(RESULT_RECORDS)},
    {"result.reasons", "reasons has a line for each record.",
     "n_records elements, or NULL; empty strings where there is none", SAYS(RESULT_REASONS)},
    {"result.reason", "The reason of a result is one line of UTF-8.",
     "cut and clean what the sink says", SAYS(RESULT_REASON)},
    {"result.why", "What was not delivered has a reason.", "say where, and what went wrong",
     SAYS(RESULT_SILENT)},
    {"tune.delivered", "Only a delivered flusher tunes.", "leave it out", TUNES(TUNE_DIRECT)},
    {"tune.init", "tune is called during init only.", "call it at the end of init",
     TUNES(TUNE_LATE)},
    {"tune.once", "tune is called once.", "put all into one ilf_tuning", TUNES(TUNE_TWICE)},
    {"tune.size", "A tuning has its struct_size.", "use an initializer with sizeof",
     TUNES(TUNE_SIZE)},
    {"tune.retries", "max_retry_times is -1 or more.", "0 leaves the default, -1 is no limit",
     TUNES(TUNE_RETRIES)},
    {"tune.endpoints", "Each endpoint has a name of one line.",
     "n_endpoints names, without passwords", TUNES(TUNE_ENDPOINTS)},
    {"tune.names-live", "Names of endpoints live until stop.", "keep them in the instance",
     .run = keeps_labels},
    {0},
};
