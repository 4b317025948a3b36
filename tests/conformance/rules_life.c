/* Rules about the order of calls, and about those that must not wait. */
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "instance.h"

enum { CYCLES = 20 };

static void starts(const struct rule *rule)
{
    struct instance *i = make(NULL, false);

    (void)rule;
    if (call_init(i) != ILF_OK)
        fail("called  init\nseen    it fails with \"%.500s\"", i->err->text);
}

static void start_extreme(json_t *config, const char *option)
{
    struct instance *i = make(config, false);

    if (!i)
        return;
    if (call_init(i) == ILF_OK)
        (void)call_stop(i);
    step("after init with an extreme %.100s", option);
    discard(i);
}

static void bears_every_config(const struct rule *rule)
{
    (void)rule;
    (void)need_options();
    each_extreme_config(start_extreme);
}

static void bears_a_longer_host(const struct rule *rule)
{
    struct instance *usual = start(), *i = make(NULL, false);

    (void)rule;
    (void)call_stop(usual);
    i->host->struct_size += 64;
    if (call_init(i) != ILF_OK)
        fail("called  init, with a host of 64 bytes more\nseen    it fails, as it does not with "
             "another: "
             "\"%.300s\"",
             i->err->text);
    (void)call_stop(i);
}

static void stops_without_a_flush(const struct rule *rule)
{
    (void)rule;
    (void)call_stop(start());
}

static void lives_once(const struct rule *rule)
{
    (void)rule;
    live();
}

static void lives_again(const struct rule *rule)
{
    (void)rule;
    (void)call_stop(start());
    for (int n = 2; n <= CYCLES; n++) {
        struct instance *i = make(NULL, false);

        if (call_init(i) != ILF_OK)
            fail("called  init of instance %d, after others in this process\nseen    \"%.300s\"", n,
                 i->err->text);
        use(i);
        (void)call_stop(i);
        discard(i);
    }
}

static void flushes_many_times(const struct rule *rule)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");
    ilf_status first = give(i, sample);

    (void)rule;
    for (int n = 2; n <= 1000; n++) {
        ilf_status status = give(i, sample);

        if (first == ILF_OK && status != ILF_OK)
            fail("called  the same batch %d times\nseen    the first is taken, the last fails: "
                 "\"%.300s\"",
                 n, i->err->text);
    }
    (void)call_stop(i);
}

/* The runtime calls stop once, whatever it is asked to do; so once must be enough. */
static void stop_is_final(const struct rule *rule)
{
    struct instance *i = start();
    ilf_flusher *f = ilf__flusher_new(the.ops, i->host, i->err);
    ilf_status status;

    (void)rule;
    use(i);
    status = call_stop(i);
    if (status == ILF_ERR_RETRY || status == ILF_ERR_NOMEM || status == ILF_ERR_CONFIG)
        fail("called  stop\nseen    status %d; nobody calls stop again", (int)status);
    step("the runtime's stop before init, and again");
    if (!f || ilf_flusher_stop(f, NULL) != ILF_OK || ilf_flusher_stop(f, NULL) != ILF_OK)
        fail("called  ilf_flusher_stop before init\nseen    a failure");
    ilf_flusher_free(f);
}

static void stop_gives_no_warning(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    use(i);
    if (call_stop(i) != ILF_OK)
        fail("called  init, flush, stop\nseen    stop fails: \"%.300s\"", i->err->text);
}

static void is_ready_when_idle(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    for (double waited = 0; !call_ready(i); waited += 0.01) {
        if (waited > 3 * patience())
            fail("called  is_ready every 10 ms for %.1f s after init\nseen    false, each time",
                 waited);
        (void)usleep(10000);
    }
    (void)call_stop(i);
}

static void is_ready_asks_only(const struct rule *rule)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");

    (void)rule;
    for (int n = 0; n < 1000; n++)
        (void)call_ready(i);
    if (call_ready(i) && give(i, sample) != ILF_OK) {
        struct instance *other = start();

        if (give(other, sample) == ILF_OK)
            fail("called  is_ready 1000 times, then flush\nseen    flush fails (\"%.200s\"), and "
                 "does "
                 "not after one is_ready",
                 i->err->text);
    }
    (void)call_stop(i);
}

static void urgent_first(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    call_urgent(i, false);
    (void)call_stop(i);
}

static void urgent_again(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    use(i);
    for (int n = 0; n < 3; n++)
        call_urgent(i, false);
    (void)call_stop(i);
}

static void urgent_for_good(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    use(i);
    call_urgent(i, true);
    use(i);
    (void)call_stop(i);
}

static void flushes_when_urgent(const struct rule *rule)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");
    ilf_status before = give(i, sample), after;

    (void)rule;
    call_urgent(i, false);
    after = give(i, sample);
    if (before == ILF_OK && after != ILF_OK)
        fail("called  flush, set_urgent(false), flush of the same batch\nseen    the second fails: "
             "\"%.300s\"",
             i->err->text);
    (void)call_stop(i);
}

/* --- Time ---------------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The shortest of three tries of @measured, since a busy machine makes any of them long. */
static void is_quick(const char *verb, double (*measured)(void))
{
    double best = 1e9;

    for (int n = 0; n < 3 && best > patience(); n++) {
        double took = measured();

        best = took < best ? took : best;
    }
    if (best > patience())
        fail("called  %s three times\nseen    it took %.2f s at best; allowed are %.2f", verb, best,
             patience());
}

static double measure_init(void)
{
    struct instance *i = make(NULL, false);
    double since = now(), took;

    if (call_init(i) != ILF_OK)
        skip("init fails: see init.succeeds");
    took = now() - since;
    (void)call_stop(i);
    return took;
}

static double measure_ready(void)
{
    struct instance *i = start();
    double since, took;

    (void)give(i, sample_new("the batch"));
    since = now();
    (void)call_ready(i);
    took = now() - since;
    (void)call_stop(i);
    return took;
}

static double measure_urgent(void)
{
    struct instance *i = start();
    double since, took;

    use(i);
    since = now();
    call_urgent(i, false);
    took = now() - since;
    (void)call_stop(i);
    return took;
}

static double measure_stop(void)
{
    struct instance *i = start();
    double since;

    use(i);
    call_urgent(i, false);
    since = now();
    (void)call_stop(i);
    return now() - since;
}

static void init_is_quick(const struct rule *rule)
{
    (void)rule;
    is_quick("init", measure_init);
}

static void ready_is_quick(const struct rule *rule)
{
    (void)rule;
    is_quick("is_ready", measure_ready);
}

static void urgent_is_quick(const struct rule *rule)
{
    (void)rule;
    is_quick("set_urgent", measure_urgent);
}

/* StopTimeout is 20 s; the kit waits half of what it has for a rule, and nothing is left to send. */
static void stop_is_in_time(const struct rule *rule)
{
    double took = measure_stop();

    (void)rule;
    if (took > 5 * patience())
        fail("called  set_urgent, then stop, with nothing left to do\nseen    stop took %.2f s",
             took);
}

extern const struct rule rules_life[];
const struct rule rules_life[] = {
    {"init.succeeds", "init succeeds with the configuration given.",
     "give a config.json that it can start with", .run = starts},
    {"init.again", "A flusher can be started again and again in one process.",
     "init must find what the first init has found: keep no state outside of the instance",
     .run = lives_again},
    {"init.every-config", "init accepts or rejects whatever its table of options allows.",
     "no buffer of a fixed size for options; look at every product and sum of them",
     .run = bears_every_config},
    {"init.longer-host", "A newer library's host is longer.",
     "test struct_size with >=, never ==", .run = bears_a_longer_host},
    {"init.quick", "init does not wait: the host starts pipelines one after another.",
     "connect in the first flush, or in a thread", .run = init_is_quick},
    {"ready.idle", "is_ready becomes true when nothing is to do.",
     "return true unless there is a reason; the pipeline stands still until then",
     .run = is_ready_when_idle},
    {"ready.asks", "is_ready asks and changes nothing: it is polled.",
     "take nothing in is_ready that only flush gives back", .run = is_ready_asks_only},
    {"ready.quick", "is_ready does not block.", "answer from what is known; do not ask the sink",
     .run = ready_is_quick},
    {"flush.works", "A batch can be flushed, and the flusher stopped.",
     "gdb -ex 'set follow-fork-mode child' --args ilfcheck --rule flush.works ...",
     .run = lives_once},
    {"flush.again", "A batch that was taken once is taken a thousand times.",
     "give back in each flush what it has taken", .run = flushes_many_times},
    {"urgent.first", "set_urgent may come before the first flush.",
     "set up in init what set_urgent needs", .run = urgent_first},
    {"urgent.again", "set_urgent may come more than once.", "do nothing the second time",
     .run = urgent_again},
    {"urgent.exiting", "set_urgent(true) is no other call than set_urgent(false).",
     "the agent exits by itself", .run = urgent_for_good},
    {"urgent.flush", "Flushes may follow set_urgent.", "take what comes until stop",
     .run = flushes_when_urgent},
    {"urgent.quick", "set_urgent returns at once.", "set a flag and wake whoever waits",
     .run = urgent_is_quick},
    {"stop.unused", "It can be stopped without a flush.", "set up in init what stop needs",
     .run = stops_without_a_flush},
    {"stop.final", "stop is called once: it never asks to be called again.",
     "release everything, even when the last write fails, and return ILF_ERR_DROP",
     .run = stop_is_final},
    {"stop.succeeds", "stop succeeds when all was well before.", "fail only when records are lost",
     .run = stop_gives_no_warning},
    {"stop.quick", "stop ends in time when nothing is left to send.",
     "wake and join the threads; do not wait for a timeout", .run = stop_is_in_time},
    {0},
};
