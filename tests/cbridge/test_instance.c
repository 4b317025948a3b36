/* Tests of cbridge/instance.c: the life of an instance, and who may call what when. */
#include <ilf_test.h>

#include <netinet/in.h>
#include <sys/socket.h>

/* --- The flusher under the runtime: it writes down how it is called ------------------------------
 */

struct probe {
    int64_t number, bare;
    const char *text;
    const ilf_host *host;
    unsigned char rest[64];
};

static const ilf_option options[] = {
    ILF_OPTION(INT, struct probe, number, "Number", "7", "a number"),
    ILF_OPTION(INT, struct probe, bare, "Bare", NULL, "a number without a default"),
    ILF_OPTION(STR, struct probe, text, "Text", "none", "a text"),
    {0},
};

/* What the hooks were called with, and what they shall do. Reset before every test. */
static struct calls {
    char text[4096]; /* "init flush stop " */
    ilf_status init, flush, stop;
    bool ready;
    struct probe seen; /* the instance in init */
    ilf_batch batch;   /* the last */
    ilf_event_batch events;
    ilf_route route;
    char bytes[256];   /* keys and values of the last batch, as "k=v " */
    ilf_flusher *busy; /* asked is_ready from within flush */
    bool busy_ready;
} calls;

static int reset(void **state)
{
    (void)state;
    memset(&calls, 0, sizeof(calls));
    calls.ready = true;
    return 0;
}

static void note(const char *call)
{
    size_t len = strlen(calls.text);

    (void)snprintf(calls.text + len, sizeof(calls.text) - len, "%s ", call);
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct probe *probe = self;

    note("init");
    calls.seen = *probe;
    probe->host = host;
    return calls.init == ILF_OK ? ILF_OK : ilf_fail(err, calls.init, "no init today");
}

static bool is_ready(void *self, const ilf_route *route)
{
    (void)self;
    note("is_ready");
    calls.route = *route;
    return calls.ready;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    note("flush");
    calls.batch = *batch;
    calls.bytes[0] = '\0';
    for (size_t g = 0; g < batch->n_groups; g++) {
        for (size_t l = 0; l < batch->groups[g].n_logs; l++) {
            const ilf_kv *kv = batch->groups[g].logs[l].contents;
            size_t len = strlen(calls.bytes);

            (void)snprintf(calls.bytes + len, sizeof(calls.bytes) - len, "%.*s=%.*s ",
                           (int)kv->key.len, kv->key.ptr, (int)kv->value.len, kv->value.ptr);
        }
    }
    if (calls.busy)
        calls.busy_ready = ilf_flusher_is_ready(calls.busy, NULL);
    return calls.flush == ILF_OK ? ILF_OK : ilf_fail(err, calls.flush, "no flush today");
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    (void)self;
    note("export");
    calls.events = *batch;
    return calls.flush == ILF_OK ? ILF_OK : ilf_fail(err, calls.flush, "no export today");
}

static void set_urgent(void *self, bool exiting)
{
    (void)self;
    note(exiting ? "set_urgent(true)" : "set_urgent(false)");
}

static ilf_status stop(void *self, ilf_error *err)
{
    (void)self;
    note("stop");
    return calls.stop == ILF_OK ? ILF_OK : ilf_fail(err, calls.stop, "no stop today");
}

#define PROBE                                                                                      \
    .abi = ILF_ABI, .struct_size = sizeof(ilf_flusher_ops), .name = "flusher_probe",               \
    .description = "writes down how it is called", .instance_size = sizeof(struct probe),          \
    .options = options

static const ilf_flusher_ops probe = {
    PROBE,
    .init = init,
    .is_ready = is_ready,
    .flush = flush,
    .export_events = export_events,
    .set_urgent = set_urgent,
    .stop = stop,
};

static const ilf_flusher_ops only_flush = {PROBE, .flush = flush};
static const ilf_flusher_ops only_export = {PROBE, .export_events = export_events};

static ilf_flusher *new_flusher(const ilf_flusher_ops *ops, const ilf_host *host)
{
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(ops, host, &err);

    if (!f)
        fail_msg("%s", err.text);
    return f;
}

static ilf_flusher *start(const ilf_flusher_ops *ops)
{
    return test_start_ops(ops, NULL, "null");
}

/* --- Calls in order ------------------------------------------------------------------------------
 */

static void calls_every_hook_in_its_turn(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_string_equal("", calls.text);
    assert_works(ilf_flusher_configure(f, "{}", 2, &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_works(ilf_flusher_export(f, &no_events, &err));
    assert_works(ilf_flusher_flush_pb(f, NULL, "", 0, &err));
    ilf_flusher_set_urgent(f, true);
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_string_equal("init is_ready flush export flush set_urgent(true) stop ", calls.text);
}

static void gives_init_a_zeroed_instance_with_its_options(void **state)
{
    static const unsigned char zero[sizeof(calls.seen.rest)];
    ilf_flusher *f = test_start_ops(&probe, NULL, "{\"text\":\"of mine\"}");

    (void)state;
    assert_int_equal(7, calls.seen.number);
    assert_string_equal("of mine", calls.seen.text);
    assert_null(calls.seen.host);
    assert_memory_equal(zero, calls.seen.rest, sizeof(zero));
    ilf_flusher_free(f);
}

static void starts_without_a_configuration(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_int_equal(7, calls.seen.number);
    assert_string_equal("none", calls.seen.text);
    ilf_flusher_free(f);
}

static void describes_itself_at_any_time(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_string_equal("writes down how it is called", ilf_flusher_description(f));
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_works(ilf_flusher_stop(f, &err));
    assert_string_equal("writes down how it is called", ilf_flusher_description(f));
    ilf_flusher_free(f);
}

static void does_without_the_hooks_that_are_missing(void **state)
{
    ilf_flusher *f = start(&only_flush);

    (void)state;
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    ilf_flusher_set_urgent(f, false);
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_string_equal("flush ", calls.text);
}

static void makes_instances_of_flushers_in_the_registry(void **state)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_null", NULL, &err);

    (void)state;
    assert_non_null(f);
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    ilf_flusher_free(f);
    assert_null(ilf_flusher_new("flusher_c_nil", NULL, &err));
    assert_string_equal("no flusher 'flusher_c_nil'; did you mean flusher_c_null?", err.text);
    assert_null(ilf_flusher_new("flusher_c_nil", NULL, NULL));
}

static void refuses_a_broken_descriptor(void **state)
{
    const ilf_flusher_ops broken = {PROBE};
    ilf_error err;

    (void)state;
    assert_null(ilf__flusher_new(&broken, NULL, &err));
    assert_string_equal(
        "flusher_probe: neither flush nor export_events is there: set the one that takes its data",
        err.text);
}

static void makes_an_instance_without_any_memory_of_its_own(void **state)
{
    const ilf_flusher_ops bare = {.abi = ILF_ABI,
                                  .struct_size = sizeof(ilf_flusher_ops),
                                  .name = "flusher_bare",
                                  .description = "has nothing",
                                  .flush = flush};
    ilf_flusher *f = start(&bare);

    (void)state;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    ilf_flusher_free(f);
}

/* --- Calls out of order --------------------------------------------------------------------------
 */

static void refuses_data_before_init(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_false(ilf_flusher_is_ready(f, NULL));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: flush called before init",
                 ilf_flusher_flush(f, &no_groups, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: export called before init",
                 ilf_flusher_export(f, &no_events, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: flush_pb called before init",
                 ilf_flusher_flush_pb(f, NULL, "", 0, &err));
    ilf_flusher_free(f);
    assert_string_equal("", calls.text);
}

static void refuses_data_after_stop(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_works(ilf_flusher_stop(f, &err));
    assert_false(ilf_flusher_is_ready(f, NULL));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: flush called after stop or a failed init",
                 ilf_flusher_flush(f, &no_groups, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: export called after stop or a failed init",
                 ilf_flusher_export(f, &no_events, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: flush_pb called after stop or a failed init",
                 ilf_flusher_flush_pb(f, NULL, "", 0, &err));
    ilf_flusher_free(f);
    assert_string_equal("init stop ", calls.text);
}

static void refuses_a_second_init(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: init called after init",
                 ilf_flusher_init(f, NULL, &err));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_works(ilf_flusher_stop(f, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: init called after stop or a failed init",
                 ilf_flusher_init(f, NULL, &err));
    ilf_flusher_free(f);
    assert_string_equal("init flush stop ", calls.text);
}

static void refuses_a_configuration_after_init(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: configure called after init",
                 ilf_flusher_configure(f, "{\"Number\":8}", 12, &err));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_works(ilf_flusher_stop(f, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: configure called after stop or a failed init",
                 ilf_flusher_configure(f, "{\"Number\":8}", 12, &err));
    ilf_flusher_free(f);
}

static void stops_once_however_often_it_is_told(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_works(ilf_flusher_stop(f, &err));
    assert_works(ilf_flusher_stop(f, &err));
    assert_works(ilf_flusher_stop(f, NULL));
    ilf_flusher_free(f);
    assert_string_equal("init stop ", calls.text);
}

static void tells_of_a_failed_stop_once(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    calls.stop = ILF_ERR_DROP;
    assert_fails(ILF_ERR_DROP, "no stop today", ilf_flusher_stop(f, &err));
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_string_equal("init stop ", calls.text);
}

static void stop_before_init_does_nothing(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_works(ilf_flusher_stop(f, &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    ilf_flusher_free(f);
    assert_string_equal("init flush stop ", calls.text);
}

static void free_stops_what_was_not_stopped(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    calls.stop = ILF_ERR_DROP; /* which free has nobody to tell */
    ilf_flusher_free(f);
    assert_string_equal("init stop ", calls.text);
}

static void free_before_init_calls_nothing(void **state)
{
    (void)state;
    ilf_flusher_free(new_flusher(&probe, NULL));
    ilf_flusher_free(NULL);
    assert_string_equal("", calls.text);
}

static void never_stops_what_failed_to_start(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    calls.init = ILF_ERR_CONFIG;
    assert_fails(ILF_ERR_CONFIG, "no init today", ilf_flusher_init(f, NULL, &err));
    assert_false(ilf_flusher_is_ready(f, NULL));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: flush called after stop or a failed init",
                 ilf_flusher_flush(f, &no_groups, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: init called after stop or a failed init",
                 ilf_flusher_init(f, NULL, &err));
    ilf_flusher_set_urgent(f, true);
    assert_false(ilf_flusher_is_ready(f, NULL));
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_string_equal("init ", calls.text);
}

static void passes_any_failure_of_init_on(void **state)
{
    (void)state;
    for (int status = ILF_ERR_CONFIG; status <= ILF_ERR_NOMEM; status++) {
        ilf_flusher *f = new_flusher(&probe, NULL);

        calls.init = (ilf_status)status;
        assert_fails(status, "no init today", ilf_flusher_init(f, NULL, &err));
        ilf_flusher_free(f);
    }
}

static void needs_no_error_from_its_caller(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_flush(f, &no_groups, NULL));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_configure(f, "[]", 2, NULL));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, NULL));
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, "{}", 2, NULL));
    assert_int_equal(ILF_OK, ilf_flusher_init(f, NULL, NULL));
    calls.flush = ILF_ERR_DROP;
    assert_int_equal(ILF_ERR_DROP, ilf_flusher_flush(f, &no_groups, NULL));
    assert_int_equal(ILF_ERR_DROP, ilf_flusher_export(f, &no_events, NULL));
    assert_int_equal(ILF_ERR_DROP, ilf_flusher_flush_pb(f, NULL, "\xff", 1, NULL));
    calls.stop = ILF_ERR_DROP;
    assert_int_equal(ILF_ERR_DROP, ilf_flusher_stop(f, NULL));
    ilf_flusher_free(f);
}

/* --- Configuration -------------------------------------------------------------------------------
 */

static void takes_the_last_configuration_only(void **state)
{
    static const char first[] =
        "{\"Number\":1,\"Bare\":2,\"Text\":\"first\",\"StopTimeout\":\"1s\"}";
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_works(ilf_flusher_configure(f, first, strlen(first), &err));
    assert_works(ilf_flusher_configure(f, "{\"Number\":3}", 12, &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_int_equal(3, calls.seen.number);
    assert_int_equal(0, calls.seen.bare);
    assert_string_equal("none", calls.seen.text);
    assert_int_equal(20000000000, f->options.stop_timeout);
    ilf_flusher_free(f);
}

static void does_not_start_with_a_refused_configuration(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_probe: detail.Numbr: no such option; did you mean Number?",
                 ilf_flusher_configure(f, "{\"Numbr\":3}", 11, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_probe: init after its configuration was rejected",
                 ilf_flusher_init(f, NULL, &err));
    assert_string_equal("", calls.text);
    assert_works(ilf_flusher_configure(f, "{\"Number\":3}", 12, &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_int_equal(3, calls.seen.number);
    ilf_flusher_free(f);
}

static void forgets_the_good_part_of_a_refused_configuration(void **state)
{
    static const char bad[] = "{\"Bare\":5,\"Text\":\"x\",\"Zzzzzz\":1}";
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_fails(
        ILF_ERR_CONFIG,
        "flusher_probe: detail.Zzzzzz: no such option; ilfrun -explain flusher_probe lists them",
        ilf_flusher_configure(f, bad, strlen(bad), &err));
    assert_works(ilf_flusher_configure(f, "null", 4, &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    assert_int_equal(0, calls.seen.bare);
    assert_string_equal("none", calls.seen.text);
    ilf_flusher_free(f);
}

static void says_at_init_which_required_option_nobody_set(void **state)
{
    static const ilf_option required[] = {
        ILF_OPTION(STR, struct probe, text, "Text", NULL, "a text", .flags = ILF_OPT_REQUIRED),
        {0},
    };
    ilf_flusher_ops needy = probe;
    ilf_flusher *f;

    (void)state;
    needy.options = required;
    f = new_flusher(&needy, NULL);
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_probe: detail.Text: is missing, and there is no default for it",
                 ilf_flusher_init(f, NULL, &err));
    assert_string_equal("", calls.text);
    assert_works(ilf_flusher_configure(f, "{\"Text\":\"x\"}", 12, &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    ilf_flusher_free(f);
}

static void knows_the_options_that_every_flusher_has(void **state)
{
    static const char config[] =
        "{\"StopTimeout\":\"5s\",\"Retry\":{\"Enable\":false,\"MaxRetryTimes\":3,"
        "\"InitialDelay\":\"10ms\",\"MaxDelay\":20000000}}";
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    assert_int_equal(20000000000, f->options.stop_timeout);
    assert_true(f->options.retry.enable);
    assert_int_equal(-1, f->options.retry.max_retry_times);
    assert_int_equal(1000000000, f->options.retry.initial_delay);
    assert_int_equal(30000000000, f->options.retry.max_delay);
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_equal(5000000000, f->options.stop_timeout);
    assert_false(f->options.retry.enable);
    assert_int_equal(3, f->options.retry.max_retry_times);
    assert_int_equal(10000000, f->options.retry.initial_delay);
    assert_int_equal(20000000, f->options.retry.max_delay);
    ilf_flusher_free(f);
}

static void lets_a_flusher_have_an_option_of_its_own_with_a_common_name(void **state)
{
    static const ilf_option own[] = {
        ILF_OPTION(STR, struct probe, text, "StopTimeout", "mine", "a text"),
        {0},
    };
    ilf_flusher_ops shadowing = probe;
    ilf_flusher *f;

    (void)state;
    shadowing.options = own;
    f = test_start_ops(&shadowing, NULL, "{\"StopTimeout\":\"whenever\"}");
    assert_string_equal("whenever", calls.seen.text);
    assert_int_equal(20000000000, f->options.stop_timeout);
    ilf_flusher_free(f);
}

/* --- is_ready and set_urgent ---------------------------------------------------------------------
 */

static void is_as_ready_as_the_flusher_says(void **state)
{
    const ilf_route route = {S("p"), S("l"), S("c"), 42};
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_true(ilf_flusher_is_ready(f, &route));
    assert_int_equal(42, calls.route.logstore_key);
    assert_memory_equal("p", calls.route.project.ptr, 1);
    calls.ready = false;
    assert_false(ilf_flusher_is_ready(f, NULL));
    assert_int_equal(0, calls.route.logstore_key);
    assert_int_equal(0, calls.route.project.len);
    calls.ready = true;
    assert_true(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_free(f);
}

static void is_ready_once_urgent_whatever_the_flusher_says(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    calls.ready = false;
    assert_false(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_set_urgent(f, false);
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_true(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_free(f);
    assert_string_equal("init is_ready set_urgent(false) stop ", calls.text);
}

static void is_not_ready_while_a_flush_is_under_way(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    calls.busy = f;
    calls.busy_ready = true;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_false(calls.busy_ready);
    assert_true(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_free(f);
    assert_string_equal("init flush is_ready stop ", calls.text);
}

static void passes_every_set_urgent_on_while_started(void **state)
{
    ilf_flusher *f = new_flusher(&probe, NULL);

    (void)state;
    ilf_flusher_set_urgent(f, true);
    assert_works(ilf_flusher_init(f, NULL, &err));
    ilf_flusher_set_urgent(f, false);
    ilf_flusher_set_urgent(f, true);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_works(ilf_flusher_stop(f, &err));
    ilf_flusher_set_urgent(f, true);
    ilf_flusher_free(f);
    assert_string_equal("init set_urgent(false) set_urgent(true) flush stop ", calls.text);
}

/* --- Data ----------------------------------------------------------------------------------------
 */

static void hands_a_batch_over_as_it_is(void **state)
{
    ilf_flusher *f = start(&probe);
    struct test_batch data;
    ilf_batch batch = *test_fill(&data, S("v"));

    (void)state;
    batch.route = (ilf_route){S("project"), S("logstore"), S("config"), -1};
    batch.attempt = 9; /* the runtime's to count */
    assert_works(ilf_flusher_flush(f, &batch, &err));
    assert_string_equal("k=v ", calls.bytes);
    assert_ptr_equal(&data.group, calls.batch.groups);
    assert_int_equal(2, calls.batch.n_bytes);
    assert_int_equal(0, calls.batch.attempt);
    assert_ptr_equal(batch.route.project.ptr, calls.batch.route.project.ptr);
    assert_ptr_equal(batch.route.logstore.ptr, calls.batch.route.logstore.ptr);
    assert_ptr_equal(batch.route.config.ptr, calls.batch.route.config.ptr);
    assert_int_equal(-1, calls.batch.route.logstore_key);
    assert_int_equal(9, batch.attempt);
    ilf_flusher_free(f);
}

static void hands_events_over_as_they_are(void **state)
{
    ilf_flusher *f = start(&probe);
    const ilf_str bytes = S("body");
    const ilf_event event = {.type = ILF_EVENT_BYTES, .as.bytes = &bytes};
    const ilf_event_group group = {.events = &event, .n_events = 1};
    const ilf_event_batch batch = {
        .struct_size = sizeof(batch), .groups = &group, .n_groups = 1, .n_bytes = 4, .attempt = 3};

    (void)state;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_ptr_equal(&group, calls.events.groups);
    assert_int_equal(1, calls.events.n_groups);
    assert_int_equal(4, calls.events.n_bytes);
    assert_int_equal(0, calls.events.attempt);
    ilf_flusher_free(f);
}

static void takes_the_shorter_batch_of_an_older_host(void **state)
{
    ilf_flusher *f = start(&probe);
    struct test_batch data;
    ilf_batch batch = *test_fill(&data, S("v"));
    ilf_event_batch events = {.n_groups = 0};

    (void)state;
    batch.struct_size = offsetof(ilf_batch, n_bytes);
    batch.n_bytes = 12345; /* beyond what it says it has */
    batch.attempt = 6;
    batch.reserved = 7;
    assert_works(ilf_flusher_flush(f, &batch, &err));
    assert_int_equal(sizeof(ilf_batch), calls.batch.struct_size);
    assert_int_equal(1, calls.batch.n_groups);
    assert_int_equal(0, calls.batch.n_bytes);
    assert_int_equal(0, calls.batch.attempt);
    assert_int_equal(0, calls.batch.reserved);
    events.struct_size = offsetof(ilf_event_batch, n_bytes);
    events.n_bytes = 12345;
    assert_works(ilf_flusher_export(f, &events, &err));
    assert_int_equal(sizeof(ilf_event_batch), calls.events.struct_size);
    assert_int_equal(0, calls.events.n_bytes);
    ilf_flusher_free(f);
}

static void takes_the_longer_batch_of_a_newer_host(void **state)
{
    ilf_flusher *f = start(&probe);
    struct {
        ilf_batch batch;
        char more[64];
    } newer = {.batch = {.struct_size = sizeof(newer), .n_bytes = 3}};

    (void)state;
    memset(newer.more, 'x', sizeof(newer.more));
    assert_works(ilf_flusher_flush(f, &newer.batch, &err));
    assert_int_equal(sizeof(ilf_batch), calls.batch.struct_size);
    assert_int_equal(3, calls.batch.n_bytes);
    ilf_flusher_free(f);
}

static void refuses_a_batch_that_is_too_short_to_be_one(void **state)
{
    ilf_flusher *f = start(&probe);
    const ilf_batch batch = {.struct_size = offsetof(ilf_batch, n_bytes) - 1};
    const ilf_event_batch events = {.struct_size = 0};
    char want[128];

    (void)state;
    (void)snprintf(want, sizeof(want),
                   "flusher_probe: batch has struct_size %zu, want %zu: set it to its sizeof",
                   batch.struct_size, sizeof(batch));
    assert_fails(ILF_ERR_CONFIG, want, ilf_flusher_flush(f, &batch, &err));
    (void)snprintf(want, sizeof(want),
                   "flusher_probe: batch has struct_size 0, want %zu: set it to its sizeof",
                   sizeof(events));
    assert_fails(ILF_ERR_CONFIG, want, ilf_flusher_export(f, &events, &err));
    ilf_flusher_free(f);
    assert_string_equal("init stop ", calls.text);
}

static void flushes_protobuf_with_its_route(void **state)
{
    static const char pb[] = "\x0a\x0d\x0a\x0b\x08\x01\x12\x07\x0a\x01k\x12\x02v\x31";
    const ilf_route route = {S("p"), S("l"), S("c"), 5};
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_works(ilf_flusher_flush_pb(f, &route, pb, sizeof(pb) - 1, &err));
    assert_string_equal("k=v1 ", calls.bytes);
    assert_int_equal(3, calls.batch.n_bytes);
    assert_int_equal(5, calls.batch.route.logstore_key);
    assert_ptr_equal(route.config.ptr, calls.batch.route.config.ptr);
    assert_works(ilf_flusher_flush_pb(f, NULL, pb, sizeof(pb) - 1, &err));
    assert_int_equal(0, calls.batch.route.config.len);
    ilf_flusher_free(f);
}

static void drops_bytes_that_are_no_protobuf(void **state)
{
    ilf_flusher *f = start(&probe);

    (void)state;
    assert_fails(ILF_ERR_DROP, "protobuf: 3 bytes that are no sls_logs.LogGroupList",
                 ilf_flusher_flush_pb(f, NULL, "abc", 3, &err));
    assert_string_equal("init ", calls.text);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    ilf_flusher_free(f);
}

static void converts_logs_for_a_flusher_of_events(void **state)
{
    ilf_flusher *f = start(&only_export);
    struct test_batch data;

    (void)state;
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
    assert_string_equal("export ", calls.text);
    assert_int_equal(1, calls.events.n_groups);
    assert_int_equal(2, calls.events.n_bytes);
    assert_int_equal(1, test_count(&f->metrics.records));
    assert_int_equal(1, test_count(&f->metrics.delivered));
    ilf_flusher_free(f);
}

static void refuses_and_logs_events_that_are_no_logs(void **state)
{
    static struct test_log log;
    const ilf_host host = test_host(&log);
    ilf_flusher *f = test_start_ops(&only_flush, &host, "null");
    const ilf_field body = {S("content"), {.type = ILF_VALUE_STRING, .as.str = S("text")}};
    const ilf_log_event one = {.contents = &body, .n_contents = 1};
    const ilf_metric metric = {.type = ILF_METRIC_GAUGE};
    const ilf_span span = {.kind = ILF_SPAN_SERVER};
    const ilf_event events[] = {
        {.type = ILF_EVENT_METRIC, .as.metric = &metric},
        {.type = ILF_EVENT_LOG, .as.log = &one},
        {.type = ILF_EVENT_SPAN, .as.span = &span},
    };
    const ilf_event_group group = {.events = events, .n_events = 3};
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    (void)state;
    log.len = 0;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_string_equal("content=text ", calls.bytes);
    assert_string_equal("2 flusher_probe: export: dropped 2 of 3 events: this flusher takes logs "
                        "only, not metrics or spans\n",
                        log.text);
    assert_int_equal(3, test_count(&f->metrics.records));
    assert_int_equal(1, test_count(&f->metrics.delivered));
    assert_int_equal(2, test_count(&f->metrics.unconvertible));
    assert_int_equal(0, test_count(&f->metrics.dropped));
    ilf_flusher_free(f);
}

static void counts_what_became_of_records(void **state)
{
    ilf_flusher *f = test_start_ops(&probe, NULL, "{\"Retry\":{\"Enable\":false}}");
    struct test_batch data;
    const ilf_batch *batch = test_fill(&data, S("value"));

    (void)state;
    assert_works(ilf_flusher_flush(f, batch, &err));
    calls.flush = ILF_ERR_DROP;
    assert_fails(ILF_ERR_DROP, "no flush today", ilf_flusher_flush(f, batch, &err));
    calls.flush = ILF_ERR_RETRY;
    assert_int_equal(ILF_ERR_RETRY, ilf_flusher_flush(f, batch, NULL));
    assert_int_equal(3, test_count(&f->metrics.flushes));
    assert_int_equal(3, test_count(&f->metrics.records));
    assert_int_equal(18, test_count(&f->metrics.bytes));
    assert_int_equal(1, test_count(&f->metrics.delivered));
    assert_int_equal(1, test_count(&f->metrics.dropped));
    assert_int_equal(1, test_count(&f->metrics.given_up));
    assert_true(test_count(&f->metrics.records) == test_count(&f->metrics.delivered) +
                                                       test_count(&f->metrics.dropped) +
                                                       test_count(&f->metrics.given_up));
    ilf_flusher_free(f);
}

/* --- Several instances ---------------------------------------------------------------------------
 */

static void keeps_instances_apart(void **state)
{
    ilf_flusher *a = test_start_ops(&probe, NULL, "{\"Number\":1}");
    ilf_flusher *b = test_start_ops(&probe, NULL, "{\"Number\":2}");

    (void)state;
    assert_int_equal(1, ((struct probe *)a->self)->number);
    assert_int_equal(2, ((struct probe *)b->self)->number);
    ilf_flusher_set_urgent(a, true);
    calls.ready = false;
    assert_true(ilf_flusher_is_ready(a, NULL));
    assert_false(ilf_flusher_is_ready(b, NULL));
    ilf_flusher_free(a);
    assert_works(ilf_flusher_flush(b, &no_groups, &err));
    ilf_flusher_free(b);
}

/* The files that a program which this process starts finds open. */
static void list_files_of_a_child(char *list, size_t size)
{
    FILE *child = popen(
        "ls -l /proc/self/fd | sed 's/.* \\([0-9]* ->\\)/\\1/; s/[0-9]*\\]//; s,/[0-9]*/fd,,'",
        "r");

    assert_non_null(child);
    list[fread(list, 1, size - 1, child)] = '\0';
    assert_int_equal(0, pclose(child));
}

/* A server that takes connections, and never answers. Returns its port. */
static int listen_silently(int *server)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(name);

    *server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(0, bind(*server, (const struct sockaddr *)&name, sizeof(name)));
    assert_int_equal(0, listen(*server, 8));
    assert_int_equal(0, getsockname(*server, (struct sockaddr *)&name, &len));
    return ntohs(name.sin_port);
}

/* Every flusher but kafka's, with all that it may have open: files, a spool, dead letters, a
 * connection. */
static void a_program_that_the_host_starts_inherits_no_file(void **state)
{
    static const char *const names[] = {
        "flusher_c_stdout", "flusher_c_stdout",     "flusher_c_http",   "flusher_c_null",
        "flusher_c_sleep",  "flusher_c_statistics", "flusher_c_checker"};
    enum { N = sizeof(names) / sizeof(names[0]) };
    static char before[4096], after[4096];
    struct test_batch b;
    ilf_flusher *f[N] = {NULL};
    int server, connection = -1, port = listen_silently(&server);
    struct sockaddr_in peer;
    socklen_t peer_len = sizeof(peer);

    (void)state;
    list_files_of_a_child(before, sizeof(before));
    for (size_t i = 0; i < N; i++) {
        const ilf_flusher_ops *ops = ilf__find(names[i], NULL);
        char config[1024] = "{}";

        if (!ops) /* its library is not installed */
            continue;
        if (i < 2)
            (void)snprintf(config, sizeof(config), "{\"FileName\":\"%s\",\"MaxSize\":1}",
                           i == 0 ? test_path("out") : "/dev/null");
        else if (i == 2)
            (void)snprintf(config, sizeof(config),
                           "{\"RemoteURL\":\"http://127.0.0.1:%d/\",\"Proxy\":\"none\","
                           "\"Batch\":{\"MaxAge\":0},\"StopTimeout\":0,"
                           "\"Spool\":{\"Path\":\"%s\"},\"DeadLetters\":{\"Path\":\"%s\"}}",
                           port, test_path("spool"), test_path("dead"));
        f[i] = test_start_ops(ops, NULL, config);
        for (int n = 0; n < 2; n++) /* the second rolls the file of the first */
            assert_works(ilf_flusher_flush(f[i], test_fill(&b, S("v")), &err));
    }
    if (f[2])
        connection = accept4(server, (struct sockaddr *)&peer, &peer_len, SOCK_CLOEXEC);
    list_files_of_a_child(after, sizeof(after));
    for (size_t i = 0; i < N; i++)
        ilf_flusher_free(f[i]);
    if (connection >= 0)
        close(connection);
    close(server);
    assert_string_equal(before, after);
}

#define test(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(calls_every_hook_in_its_turn),
        test(gives_init_a_zeroed_instance_with_its_options),
        test(starts_without_a_configuration),
        test(describes_itself_at_any_time),
        test(does_without_the_hooks_that_are_missing),
        test(makes_instances_of_flushers_in_the_registry),
        test(refuses_a_broken_descriptor),
        test(makes_an_instance_without_any_memory_of_its_own),
        test(refuses_data_before_init),
        test(refuses_data_after_stop),
        test(refuses_a_second_init),
        test(refuses_a_configuration_after_init),
        test(stops_once_however_often_it_is_told),
        test(tells_of_a_failed_stop_once),
        test(stop_before_init_does_nothing),
        test(free_stops_what_was_not_stopped),
        test(free_before_init_calls_nothing),
        test(never_stops_what_failed_to_start),
        test(passes_any_failure_of_init_on),
        test(needs_no_error_from_its_caller),
        test(takes_the_last_configuration_only),
        test(does_not_start_with_a_refused_configuration),
        test(forgets_the_good_part_of_a_refused_configuration),
        test(says_at_init_which_required_option_nobody_set),
        test(knows_the_options_that_every_flusher_has),
        test(lets_a_flusher_have_an_option_of_its_own_with_a_common_name),
        test(is_as_ready_as_the_flusher_says),
        test(is_ready_once_urgent_whatever_the_flusher_says),
        test(is_not_ready_while_a_flush_is_under_way),
        test(passes_every_set_urgent_on_while_started),
        test(hands_a_batch_over_as_it_is),
        test(hands_events_over_as_they_are),
        test(takes_the_shorter_batch_of_an_older_host),
        test(takes_the_longer_batch_of_a_newer_host),
        test(refuses_a_batch_that_is_too_short_to_be_one),
        test(flushes_protobuf_with_its_route),
        test(drops_bytes_that_are_no_protobuf),
        test(converts_logs_for_a_flusher_of_events),
        test(refuses_and_logs_events_that_are_no_logs),
        test(counts_what_became_of_records),
        test(keeps_instances_apart),
        test_with_folder(a_program_that_the_host_starts_inherits_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
