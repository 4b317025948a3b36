/* Tests of cbridge/handover.c. */
#include "handover.h"

#include "delivery_test.h"

/* A sink that refuses until it is told otherwise, and never an end that waits for a pause. */
#define QUICK                                                                                      \
    "\"Batch\":{\"MaxAge\":0,\"MaxRecords\":1},\"Breaker\":{\"Failures\":0},"                      \
    "\"Retry\":{\"InitialDelay\":\"5ms\",\"MaxDelay\":\"5ms\"}"
#define ONE_BY_ONE "\"Delivery\":{\"Concurrency\":1,\"Order\":\"all\"}"

static void answer_down(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_RETRY;
    a->result.flags = ILF_RESULT_UNREACHED;
    a->result.reason = S("refused");
}

static void answer_never(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->never = true;
}

static const ilf_host quiet = {.struct_size = sizeof(ilf_host), .log = test_no_log};

/* An instance of the pipeline @pipeline. */
static ilf_flusher *start_in(const ilf_flusher_ops *ops, const char *pipeline, const char *config)
{
    const ilf_route route = {.project = S("p"), .config = {pipeline, strlen(pipeline)}};
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(ops, &quiet, &err);

    assert_non_null(f);
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_works(ilf_flusher_init(f, &route, &err));
    return f;
}

static ilf_flusher *start(const char *config)
{
    return start_in(&test_delivered, "pipeline", config);
}

/* As the host does when a configuration is reloaded; @f stays, for its counts. */
static void reload(ilf_flusher *f)
{
    uint64_t began = ilf__monotonic();

    ilf_flusher_set_urgent(f, false);
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(ilf__monotonic() - began < 3000000000u);
}

/* The end of the process: @f is the last. */
static void finish(ilf_flusher *f)
{
    ilf_flusher_set_urgent(f, true);
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(ilf__delivery_is_conserved(f->delivery));
    ilf_flusher_free(f);
}

static uint64_t handed_out(ilf_flusher *f)
{
    return test_count(&f->delivery->counts.handed_out);
}

static uint64_t handed_in(ilf_flusher *f)
{
    return test_count(&f->delivery->counts.handed_in);
}

static void check_passed(ilf_flusher *old, ilf_flusher *new, uint64_t events)
{
    wait_until(handed_out(old) == events);
    assert_int_equal(events, handed_in(new));
    assert_int_equal(0, test_queued(old));
    assert_true(ilf__delivery_is_conserved(old->delivery));
    assert_true(ilf__delivery_is_conserved(new->delivery));
    assert_int_equal(0, test_end(old, ILF__END_STOPPED));
}

/* The sink works again, and @new delivers what has passed to it. */
static void check_delivers(ilf_flusher *old, ilf_flusher *new, uint64_t events)
{
    ilf_flusher_free(old);
    test_set_answer(test_answer_ok);
    wait_until(test_end(new, ILF__END_DELIVERED) == events);
    finish(new);
}

/* --- To whom it passes ---------------------------------------------------------------------------- */

static void the_queue_passes_to_the_next_instance(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start("{" QUICK "}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3 4 5"));
    reload(old);
    new = start("{" QUICK "}");
    check_passed(old, new, 5);
    check_delivers(old, new, 5);
}

static void the_queue_passes_to_an_instance_that_has_started_before(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start("{" QUICK "}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    new = start("{" QUICK "}");
    assert_int_equal(ILF_OK, test_flush(old, "4 5"));
    reload(old);
    check_passed(old, new, 5);
    check_delivers(old, new, 5);
}

static void options_that_are_not_the_sinks_may_change(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start("{" QUICK ",\"Queue\":{\"MaxRecords\":100}}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3 4 5"));
    reload(old);
    new = start("{" QUICK ",\"Queue\":{\"MaxRecords\":5},\"StopTimeout\":\"1s\"}");
    check_passed(old, new, 5);
    assert_false(ilf_flusher_is_ready(new, NULL)); /* it is beyond its bound */
    test_set_answer(test_answer_ok);
    wait_until(ilf_flusher_is_ready(new, NULL));
    ilf_flusher_free(old);
    finish(new);
}

struct placed {
    struct test_delivered f;
    const char *url;
    int64_t timeout;
};

static const ilf_option placed_options[] = {
    ILF_OPTION(STR, struct placed, url, "Url", "", "where to"),
    ILF_OPTION(DURATION, struct placed, timeout, "Timeout", "1s", "how long",
               .flags = ILF_OPT_SAME_SINK),
    {0},
};

static ilf_flusher_ops placed_ops(void)
{
    ilf_flusher_ops ops = test_delivered;

    ops.options = placed_options;
    ops.instance_size = sizeof(struct placed);
    return ops;
}

static void another_sink_is_served_in_the_background(void **state)
{
    const ilf_flusher_ops ops = placed_ops();
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start_in(&ops, "pipeline", "{" QUICK "," ONE_BY_ONE ",\"Url\":\"a\"}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    reload(old);
    new = start_in(&ops, "pipeline", "{" QUICK ",\"Url\":\"b\"}");
    test_set_answer(test_answer_ok);
    wait_until(test_end(old, ILF__END_DELIVERED) == 3);
    assert_int_equal(0, handed_out(old));
    ilf_flusher_free(old);
    finish(new);
}

static void a_changed_timeout_is_no_other_sink(void **state)
{
    const ilf_flusher_ops ops = placed_ops();
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start_in(&ops, "pipeline", "{" QUICK "," ONE_BY_ONE ",\"Url\":\"a\"}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    reload(old);
    new = start_in(&ops, "pipeline", "{" QUICK "," ONE_BY_ONE ",\"Url\":\"a\",\"Timeout\":\"2s\"}");
    check_passed(old, new, 3);
    test_set_answer(test_answer_ok);
    ilf_flusher_free(old);
    finish(new);
    assert_string_equal("1 2 3 ", sink->delivered);
}

static void another_pipeline_gets_nothing(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start_in(&test_delivered, "one", "{" QUICK "," ONE_BY_ONE "}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    reload(old);
    ilf_flusher_free(old); /* the library has it now */
    new = start_in(&test_delivered, "two", "{" QUICK "}");
    assert_int_equal(0, test_queued(new));
    test_set_answer(test_answer_ok);
    finish(new); /* waits for the other too */
    assert_string_equal("1 2 3 ", sink->delivered);
}

/* --- Order ---------------------------------------------------------------------------------------- */

static void what_waited_and_what_was_under_way_goes_before_new_records(void **state)
{
    struct test_answer refused = {0};
    ilf_flusher *old, *new;

    (void)state;
    answer_down(NULL, NULL, &refused);
    sink->answer = answer_never;
    old = start("{" QUICK "," ONE_BY_ONE "}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    wait_until(test_sends() == 1);
    reload(old);
    new = start("{" QUICK "," ONE_BY_ONE "}");
    test_set_answer(test_answer_ok);
    assert_int_equal(ILF_OK, test_flush(new, "4 5"));
    assert_int_equal(2, handed_in(new));
    usleep(20000); /* so that it could begin too early */
    assert_int_equal(1, test_sends());
    test_sink_answer_all(&refused);
    wait_until(test_end(new, ILF__END_DELIVERED) == 5);
    assert_string_equal("1 2 3 4 5 ", sink->delivered);
    check_passed(old, new, 3);
    ilf_flusher_free(old);
    finish(new);
}

static void what_is_under_way_finishes_on_the_old_instance(void **state)
{
    const struct test_answer taken = {0};
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_never;
    old = start("{" QUICK "," ONE_BY_ONE "}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2"));
    wait_until(test_sends() == 1);
    reload(old);
    new = start("{" QUICK "," ONE_BY_ONE "}");
    test_set_answer(test_answer_ok);
    test_sink_answer_all(&taken);
    wait_until(test_end(new, ILF__END_DELIVERED) == 1);
    assert_int_equal(1, test_end(old, ILF__END_DELIVERED));
    assert_string_equal("1 2 ", sink->delivered);
    ilf_flusher_free(old);
    finish(new);
}

static void a_send_that_does_not_end_is_cancelled_and_passed_on(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_never;
    old = start("{" QUICK "," ONE_BY_ONE ",\"StopTimeout\":\"20ms\"}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2"));
    wait_until(test_sends() == 1);
    reload(old);
    test_set_answer(test_answer_ok);
    new = start("{" QUICK "," ONE_BY_ONE "}");
    check_passed(old, new, 2);
    ilf_flusher_free(old);
    wait_until(test_end(new, ILF__END_DELIVERED) == 2);
    assert_string_equal("1 2 ", sink->delivered);
    finish(new);
}

/* Reload again and again, under load and with a sink that comes and goes. */
static void answer_now_and_then(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    uint64_t draw = test_random(s->script);

    if (draw % 7 == 0) {
        a->result.verdict = ILF_TOO_LARGE;
    } else if (draw % 3 != 0) {
        answer_down(s, p, a);
        a->after = draw / 8 % 2000000;
    }
    if (p->n_records == 1 && a->result.verdict == ILF_TOO_LARGE)
        a->result.verdict = ILF_DELIVERED;
}

static unsigned count_threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    unsigned n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static void storm(const char *order, bool new_first, bool keeps_order)
{
    enum { RELOADS = 200 };
    uint64_t random = 42, events = 0;
    char config[512], text[64];
    unsigned long newest[10] = {0};
    ilf_flusher *f, *next;

    sink->script = &random;
    sink->answer = keeps_order ? test_answer_ok : answer_now_and_then;
    sink->tuning.keeps_order = keeps_order;
    (void)snprintf(config, sizeof(config),
                   "{\"Batch\":{\"MaxAge\":0,\"MaxRecords\":3},\"Breaker\":{\"Failures\":0},"
                   "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\"},"
                   "\"Delivery\":{\"Order\":\"%s\"}}",
                   order);
    f = start(config);
    for (unsigned i = 0; i < RELOADS; i++) {
        *text = '\0';
        for (unsigned k = 0; k < 5; k++, events++)
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u/%u ", k,
                           (unsigned)events + 1);
        next = new_first ? start(config) : NULL;
        assert_int_equal(ILF_OK, test_flush(f, text));
        reload(f);
        ilf_flusher_free(f);
        f = next ? next : start(config);
        assert_true(count_threads() < 40);
    }
    test_set_answer(test_answer_ok);
    finish(f);
    for (char *p = sink->delivered; *p; p = strchr(p, ' ') + 1, events--) {
        unsigned long id = strtoul(p, NULL, 10), lane = *order == 'a' ? 0 : id % 5;

        if (*order != 'n')
            assert_true(newest[lane] < id);
        newest[lane] = id;
    }
    assert_int_equal(0, events); /* none is lost, none came twice */
}

static void two_hundred_reloads_lose_nothing(void **state)
{
    (void)state;
    storm("none", false, false);
}

static void two_hundred_reloads_keep_the_order_of_all(void **state)
{
    (void)state;
    storm("all", false, false);
}

static void two_hundred_reloads_keep_the_order_of_a_key_with_the_new_instance_first(void **state)
{
    (void)state;
    storm("key", true, false);
}

static void two_hundred_reloads_keep_the_order_where_the_client_does(void **state)
{
    (void)state;
    storm("all", true, true);
}

/* --- Without another instance --------------------------------------------------------------------- */

static void what_nobody_takes_over_is_kept_after_the_handover_timeout(void **state)
{
    char config[512];
    ilf_flusher *f;
    char *text;
    size_t len;

    (void)state;
    sink->answer = answer_down;
    (void)snprintf(config, sizeof(config),
                   "{" QUICK ",\"HandoverTimeout\":\"50ms\",\"DeadLetters\":{\"Path\":\"%s\"}}",
                   test_path("letters"));
    f = start(config);
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3"));
    reload(f);
    wait_until(test_end(f, ILF__END_DEAD) == 3);
    assert_true(ilf__delivery_is_conserved(f->delivery));
    ilf_flusher_free(f);
    text = test_read_file(test_path("letters"), &len);
    assert_non_null(strstr(text, "the pipeline was stopped"));
    free(text);
    ilf__handover_finish(ilf__monotonic());
}

/* The thread of the old instance and the one that stops it may log at once. */
static void log_locked(void *log, ilf_level level, ilf_str text)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    test_log_line(log, level, text);
    pthread_mutex_unlock(&lock);
}

static void what_is_lost_after_the_handover_timeout_is_counted_and_told(void **state)
{
    static struct test_log log;
    const ilf_host host = {.struct_size = sizeof(host), .context = &log, .log = log_locked};
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_down;
    f = test_start_ops(&test_delivered, &host, "{" QUICK ",\"HandoverTimeout\":\"10ms\"}");
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3"));
    reload(f);
    wait_until(test_end(f, ILF__END_STOPPED) == 3);
    ilf__handover_finish(ilf__monotonic());
    ilf_flusher_free(f);
    assert_non_null(strstr(log.text, "stop: lost 3 records that the sink did not take within "
                                     "HandoverTimeout"));
    assert_non_null(strstr(log.text, "reload: 3 records are not delivered yet: they are sent on "
                                     "until the next instance takes them"));
}

static void the_end_of_the_last_instance_ends_what_lingers(void **state)
{
    ilf_flusher *old, *other;

    (void)state;
    sink->answer = answer_down;
    old = start_in(&test_delivered, "one", "{" QUICK "}");
    other = start_in(&test_delivered, "two", "{" QUICK ",\"StopTimeout\":\"50ms\"}");
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    reload(old);
    ilf_flusher_set_urgent(other, true);
    assert_works(ilf_flusher_stop(other, &err));
    assert_int_equal(3, test_end(old, ILF__END_STOPPED));
    assert_true(ilf__delivery_is_conserved(old->delivery));
    ilf_flusher_free(other);
    ilf_flusher_free(old);
}

static void the_stops_of_an_ending_process_share_the_stop_timeout(void **state)
{
    enum { N = 4 };
    uint64_t began;
    ilf_flusher *f[N];

    (void)state;
    sink->answer = answer_down;
    for (int i = 0; i < N; i++) {
        f[i] = start("{" QUICK ",\"StopTimeout\":\"3s\"}");
        assert_int_equal(ILF_OK, test_flush(f[i], "1"));
    }
    began = ilf__monotonic();
    for (int i = 0; i < N; i++) {
        ilf_flusher_set_urgent(f[i], true);
        assert_works(ilf_flusher_stop(f[i], &err));
        assert_int_equal(1, test_end(f[i], ILF__END_STOPPED));
    }
    assert_true(ilf__monotonic() - began < 9000000000u); /* 3 + 1 + 1 + 1, and not 12 */
    for (int i = 0; i < N; i++)
        ilf_flusher_free(f[i]);
}

/* --- The host ------------------------------------------------------------------------------------- */

static unsigned released;

static void release(void *context)
{
    released++;
    (void)context;
}

static void the_hosts_context_is_released_when_the_old_instance_has_ended(void **state)
{
    const ilf_host host = {
        .struct_size = sizeof(host), .log = test_no_log, .release = release, .context = &released};
    ilf_flusher *f;

    (void)state;
    released = 0;
    sink->answer = answer_down;
    f = test_start_ops(&test_delivered, &host, "{" QUICK "}");
    assert_int_equal(ILF_OK, test_flush(f, "1"));
    reload(f);
    ilf_flusher_free(f);
    assert_int_equal(0, released);
    test_set_answer(test_answer_ok);
    ilf__handover_finish(ilf__monotonic());
    assert_int_equal(1, released);
    ilf_flusher_free(test_start_ops(&test_delivered, &host, "{}"));
    assert_int_equal(2, released);
}

static void an_old_instance_shows_in_the_metrics_until_it_has_ended(void **state)
{
    char text[1 << 16];
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_down;
    f = start("{" QUICK "}");
    assert_int_equal(ILF_OK, test_flush(f, "1 2"));
    reload(f);
    ilf_flusher_free(f);
    assert_true(ilf_metrics(text, sizeof(text)) < sizeof(text));
    assert_non_null(strstr(text, "ilf_queue_records{"));
    test_set_answer(test_answer_ok);
    ilf__handover_finish(ilf__monotonic());
    assert_int_equal(0, ilf_metrics(text, sizeof(text)));
}

/* --- With a spool --------------------------------------------------------------------------------- */

static const char *with_spool(void)
{
    static char config[512];

    (void)snprintf(config, sizeof(config),
                   "{" QUICK "," ONE_BY_ONE ",\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"}}",
                   test_path("spool"));
    return config;
}

static void what_is_in_the_spool_passes_with_its_claim(void **state)
{
    struct ilf__delivery_gauges gauges;
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start(with_spool());
    new = start(with_spool());
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    reload(old);
    check_passed(old, new, 3);
    ilf_flusher_free(old);
    assert_int_equal(ILF_OK, test_flush(new, "4"));
    test_set_answer(test_answer_ok);
    wait_until(test_end(new, ILF__END_DELIVERED) == 4);
    assert_int_equal(0, test_count(&new->delivery->counts.recovered));
    assert_string_equal("1 2 3 4 ", sink->delivered);
    finish(new);
    new = start(with_spool());
    ilf__delivery_gauges(new->delivery, &gauges);
    assert_int_equal(0, gauges.spool.payloads);
    finish(new);
}

/* The newer one would send what is later in the spool beside the older one. */
static void an_instance_that_keeps_order_leaves_the_spool_to_an_older_one(void **state)
{
    char config[600];
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_never;
    (void)snprintf(config, sizeof(config),
                   "{" QUICK "," ONE_BY_ONE ",\"Queue\":{\"MaxBytes\":300},"
                   "\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"}}",
                   test_path("spool"));
    old = start(config);
    assert_int_equal(ILF_OK, test_flush(old, "1"));
    wait_until(test_sends() == 1);
    assert_int_equal(ILF_OK, test_flush(old, "2 3 4 5 6 7 8"));
    new = start(config);
    assert_true(test_count(&old->delivery->counts.parked) > 0); /* on disk only */
    usleep(20000);
    assert_int_equal(1, test_sends());
    test_set_answer(test_answer_ok);
    reload(old);
    test_sink_answer_all(&(const struct test_answer){0});
    wait_until(test_end(old, ILF__END_DELIVERED) + test_end(new, ILF__END_DELIVERED) == 8);
    assert_string_equal("1 2 3 4 5 6 7 8 ", sink->delivered);
    ilf_flusher_free(old);
    finish(new);
}

static ilf_status flush_refused(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    return ilf_fail(err, ILF_ERR_RETRY, "refused");
}

static void flushes_that_are_tried_again_share_the_stop_timeout_too(void **state)
{
    enum { N = 4 };
    static const ilf_flusher_ops direct = {
        .abi = ILF_ABI,
        .struct_size = sizeof(direct),
        .name = "flusher_test_direct",
        .description = "refuses",
        .flush = flush_refused,
    };
    const char *config = "{\"StopTimeout\":\"3s\",\"Retry\":{\"InitialDelay\":\"5ms\"}}";
    uint64_t began;
    ilf_flusher *f[N];

    (void)state;
    for (int i = 0; i < N; i++)
        f[i] = test_start_ops(&direct, &quiet, config);
    began = ilf__monotonic();
    for (int i = 0; i < N; i++) {
        ilf_flusher_set_urgent(f[i], true);
        assert_int_equal(ILF_ERR_RETRY, ilf_flusher_flush(f[i], &no_groups, NULL));
        assert_works(ilf_flusher_stop(f[i], &err));
    }
    assert_true(ilf__monotonic() - began < 9000000000u); /* 3 + 1 + 1 + 1, and not 12 */
    for (int i = 0; i < N; i++)
        ilf_flusher_free(f[i]);
}

static void what_is_in_another_spool_stays_there(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_down;
    old = start(with_spool());
    assert_int_equal(ILF_OK, test_flush(old, "1 2 3"));
    reload(old);
    new = start("{" QUICK "," ONE_BY_ONE "}");
    wait_until(test_count(&old->delivery->counts.parked) ==
               3); /* refused, so left to a later one */
    assert_int_equal(0, handed_in(new));
    ilf_flusher_free(old);
    finish(new);
    test_set_answer(test_answer_ok);
    finish(start(with_spool()));
    assert_string_equal("1 2 3 ", sink->delivered);
}

static void answer_rejected(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_REJECT;
    a->result.reason = S("bad");
}

static const char *with_letters(const char *name)
{
    static char config[512];

    (void)snprintf(config, sizeof(config), "{" QUICK ",\"DeadLetters\":{\"Path\":\"%s\"}}",
                   test_path(name));
    return config;
}

static void letters_that_can_not_be_written_wait_on_the_next_instance(void **state)
{
    ilf_flusher *old, *new;

    (void)state;
    sink->answer = answer_rejected;
    old = start(with_letters("letters"));
    assert_int_equal(0, unlink(test_path("letters")));
    assert_int_equal(0, mkdir(test_path("letters"), 0700)); /* a folder is in their way */
    assert_int_equal(ILF_OK, test_flush(old, "1 2 !3"));
    wait_until(test_sends() == 2);
    reload(old);
    new = start(with_letters("elsewhere"));
    check_passed(old, new, 3);
    wait_until(test_end(new, ILF__END_DEAD) == 3);
    assert_int_equal(2, test_sends()); /* their verdict stands */
    ilf_flusher_free(old);
    finish(new);
}

static void what_is_under_way_on_an_older_instance_has_an_heir_until_it_ends(void **state)
{
    ilf_flusher *f[3];

    (void)state;
    sink->answer = answer_never;
    f[0] = start("{" QUICK ",\"StopTimeout\":\"100ms\"}");
    assert_int_equal(ILF_OK, test_flush(f[0], "1"));
    wait_until(test_sends() == 1);
    reload(f[0]);
    test_set_answer(test_answer_ok);
    f[1] = start("{" QUICK "}");
    reload(f[1]);
    wait_until(handed_out(f[0]) == 1); /* its time is over */
    f[2] = start("{" QUICK "}");
    wait_until(test_end(f[1], ILF__END_DELIVERED) + test_end(f[2], ILF__END_DELIVERED) == 1);
    ilf_flusher_free(f[0]);
    ilf_flusher_free(f[1]);
    finish(f[2]);
}

static bool has_left_spool(ilf_flusher *f)
{
    bool left;

    pthread_mutex_lock(&f->delivery->lock);
    left = !f->delivery->spool;
    pthread_mutex_unlock(&f->delivery->lock);
    return left;
}

static void what_is_under_way_stays_claimed_when_its_heir_ends_before(void **state)
{
    char config[600];
    ilf_flusher *f[3];

    (void)state;
    sink->answer = answer_never;
    (void)snprintf(config, sizeof(config),
                   "{" QUICK ",\"HandoverTimeout\":\"50ms\",\"StopTimeout\":\"20s\","
                   "\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"}}",
                   test_path("spool"));
    f[0] = start(with_spool());
    assert_int_equal(ILF_OK, test_flush(f[0], "1"));
    wait_until(test_sends() == 1);
    reload(f[0]);
    f[1] = start(config);
    reload(f[1]);
    wait_until(has_left_spool(f[1]));
    test_set_answer(test_answer_ok);
    f[2] = start(config);
    assert_int_equal(ILF_OK, test_flush(f[2], "2"));
    wait_until(test_end(f[2], ILF__END_DELIVERED) == 1);
    usleep(20000); /* so that it could read the other */
    assert_int_equal(0, test_count(&f[2]->delivery->counts.recovered));
    test_sink_answer_all(&(const struct test_answer){0});
    wait_until(test_end(f[0], ILF__END_DELIVERED) == 1);
    assert_string_equal("2 1 ", sink->delivered);
    ilf_flusher_free(f[0]);
    ilf_flusher_free(f[1]);
    finish(f[2]);
}

static void the_spool_is_not_read_before_the_queue_is_taken_over(void **state)
{
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(&test_delivered, &quiet, &err);

    (void)state;
    assert_non_null(f);
    assert_false(ilf__handover_may_read(f->delivery));
    ilf_flusher_free(f);
    f = start("{}");
    assert_true(ilf__handover_may_read(f->delivery));
    finish(f);
}

static void what_comes_back_to_an_instance_that_ends_is_sent_at_once(void **state)
{
    struct test_answer later = {0};
    ilf_flusher *old, *new;

    (void)state;
    answer_down(NULL, NULL, &later);
    later.result.retry_after = INT64_C(120000000000);
    sink->answer = answer_never;
    old = start("{" QUICK "}");
    assert_int_equal(ILF_OK, test_flush(old, "1"));
    wait_until(test_sends() == 1);
    reload(old);
    new = start("{" QUICK "}");
    ilf_flusher_set_urgent(new, true);
    test_set_answer(test_answer_ok);
    test_sink_answer_all(&later);
    wait_until(test_end(new, ILF__END_DELIVERED) == 1);
    ilf_flusher_free(old);
    finish(new);
}

static void an_end_for_good_is_not_taken_back(void **state)
{
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_down;
    f = start("{" QUICK ",\"StopTimeout\":\"10ms\"}");
    assert_int_equal(ILF_OK, test_flush(f, "1"));
    ilf_flusher_set_urgent(f, true);
    ilf_flusher_set_urgent(f, false);
    assert_works(ilf_flusher_stop(f, &err));
    assert_int_equal(1, test_end(f, ILF__END_STOPPED));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(the_queue_passes_to_the_next_instance),
        test_with_sink(the_queue_passes_to_an_instance_that_has_started_before),
        test_with_sink(options_that_are_not_the_sinks_may_change),
        test_with_sink(another_sink_is_served_in_the_background),
        test_with_sink(a_changed_timeout_is_no_other_sink),
        test_with_sink(another_pipeline_gets_nothing),
        test_with_sink(what_waited_and_what_was_under_way_goes_before_new_records),
        test_with_sink(what_is_under_way_finishes_on_the_old_instance),
        test_with_sink(a_send_that_does_not_end_is_cancelled_and_passed_on),
        test_with_sink(two_hundred_reloads_lose_nothing),
        test_with_sink(two_hundred_reloads_keep_the_order_of_all),
        test_with_sink(two_hundred_reloads_keep_the_order_of_a_key_with_the_new_instance_first),
        test_with_sink(two_hundred_reloads_keep_the_order_where_the_client_does),
        test_with_sink(what_nobody_takes_over_is_kept_after_the_handover_timeout),
        test_with_sink(what_is_lost_after_the_handover_timeout_is_counted_and_told),
        test_with_sink(the_end_of_the_last_instance_ends_what_lingers),
        test_with_sink(the_stops_of_an_ending_process_share_the_stop_timeout),
        test_with_sink(the_hosts_context_is_released_when_the_old_instance_has_ended),
        test_with_sink(an_old_instance_shows_in_the_metrics_until_it_has_ended),
        test_with_sink(what_is_in_the_spool_passes_with_its_claim),
        test_with_sink(what_is_in_another_spool_stays_there),
        test_with_sink(an_instance_that_keeps_order_leaves_the_spool_to_an_older_one),
        test_with_sink(letters_that_can_not_be_written_wait_on_the_next_instance),
        test_with_sink(what_is_under_way_on_an_older_instance_has_an_heir_until_it_ends),
        test_with_sink(what_is_under_way_stays_claimed_when_its_heir_ends_before),
        test_with_sink(the_spool_is_not_read_before_the_queue_is_taken_over),
        test_with_sink(what_comes_back_to_an_instance_that_ends_is_sent_at_once),
        test_with_sink(an_end_for_good_is_not_taken_back),
        test_with_sink(flushes_that_are_tried_again_share_the_stop_timeout_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
