/* Tests of cbridge/retry.c: who is tried again, when, how often, and what is told of it. */
#include <ilf_test.h>

#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

/* A flusher that does as it is told, and the attempts that it saw. Reset before every test. */
static struct script {
    ilf_status next[32]; /* of the calls to come; OK behind the last that is set */
    const char *why;     /* instead of "not now" */
    bool silent;         /* fail without a reason */
    ilf_flusher *urge;   /* told in the first call that it is urgent */
    size_t calls;
    char attempts[256]; /* "0 1 2 " */
    const void *groups; /* of the last batch */
    sem_t asleep;       /* a pause begins; the instance's lock is held */
    uint64_t limit;     /* the longest that a pause may be; 0: any */
    size_t too_long, pauses;
    uint64_t first_pause, different;
} script;

static struct test_log log_;

static int reset(void **state)
{
    (void)state;
    memset(&script, 0, sizeof(script));
    sem_init(&script.asleep, 0, 0);
    script.why = "not now";
    log_.len = 0;
    log_.text[0] = '\0';
    return 0;
}

/* Sees every pause of the runtime, which calls this instead of the C library's. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict at)
{
    uint64_t end = (uint64_t)at->tv_sec * 1000000000 + (uint64_t)at->tv_nsec;
    uint64_t now = ilf__monotonic();
    uint64_t pause = end > now ? end - now : 0;

    script.pauses++;
    script.too_long += script.limit > 0 && pause > script.limit;
    script.first_pause = script.pauses == 1 ? pause : script.first_pause;
    script.different += pause / 1000 != script.first_pause / 1000;
    sem_post(&script.asleep);
    return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, at);
}

static ilf_status answer(uint32_t attempt, const void *groups, ilf_error *err)
{
    size_t len = strlen(script.attempts);
    ilf_status status = script.calls < 32 ? script.next[script.calls] : ILF_OK;

    if (script.urge && script.calls == 0)
        ilf_flusher_set_urgent(script.urge, true);
    script.calls++;
    script.groups = groups;
    (void)snprintf(script.attempts + len, sizeof(script.attempts) - len, "%" PRIu32 " ", attempt);
    return status == ILF_OK || script.silent ? status : ilf_fail(err, status, "%s", script.why);
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    return answer(batch->attempt, batch->groups, err);
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    (void)self;
    return answer(batch->attempt, batch->groups, err);
}

static const ilf_flusher_ops scripted = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_scripted",
    .description = "does as it is told",
    .flush = flush,
    .export_events = export_events,
};

/* An instance with @retry in its configuration, whose pauses are of at most a millisecond unless it
 * says otherwise. */
static ilf_flusher *start(const char *retry, const char *stop_timeout)
{
    const ilf_host host = test_host(&log_);
    char config[256];

    (void)snprintf(config, sizeof(config), "{\"Retry\":{%s},\"StopTimeout\":\"%s\"}",
                   *retry ? retry : "\"InitialDelay\":\"1ms\",\"MaxDelay\":\"1ms\"", stop_timeout);
    return test_start_ops(&scripted, &host, config);
}

static void fail_times(size_t n)
{
    for (size_t i = 0; i < n; i++)
        script.next[i] = ILF_ERR_RETRY;
}

/* --- Pauses --------------------------------------------------------------------------------------
 */

static void doubles_the_longest_pause_up_to_its_bound(void **state)
{
    static const struct {
        int64_t initial, max;
        uint32_t attempt;
        uint64_t limit;
    } rows[] = {
        {1000000000, 30000000000, 0, 1000000000},
        {1000000000, 30000000000, 1, 2000000000},
        {1000000000, 30000000000, 2, 4000000000},
        {1000000000, 30000000000, 4, 16000000000},
        {1000000000, 30000000000, 5, 30000000000},
        {1000000000, 30000000000, 6, 30000000000},
        {1000000000, 30000000000, UINT32_MAX, 30000000000},
        {1000000, 86400000000000, 26, 67108864000000},
        {1000000, 86400000000000, 27, 86400000000000},
        {86400000000000, 86400000000000, 1000, 86400000000000},
        {60000000000, 1000000, 0, 1000000}, /* a bound below the beginning holds */
        {1000000, 1000000, 3, 1000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ilf__retry_options options = {.initial_delay = rows[i].initial,
                                                   .max_delay = rows[i].max};

        assert_int_equal(rows[i].limit, ilf__backoff_limit(&options, rows[i].attempt));
    }
}

static void draws_each_pause_from_nothing_to_its_limit(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"3ms\",\"MaxDelay\":\"3ms\"", "20s");

    (void)state;
    script.limit = 3000000;
    fail_times(30);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_true(script.pauses > 0);
    assert_int_equal(0, script.too_long);
    assert_true(script.different > 0);
    ilf_flusher_free(f);
}

/* --- How often -----------------------------------------------------------------------------------
 */

static void tries_until_the_sink_takes_the_batch(void **state)
{
    ilf_flusher *f = start("", "20s");
    struct test_batch data;

    (void)state;
    fail_times(3);
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
    assert_string_equal("0 1 2 3 ", script.attempts);
    assert_ptr_equal(&data.group, script.groups);
    assert_string_equal("2 flusher_scripted: flush: not now; trying again in 0.0 s\n"
                        "2 flusher_scripted: flush: not now; trying again in 0.0 s\n"
                        "1 flusher_scripted: flush: succeeded after 3 retries\n",
                        log_.text);
    assert_int_equal(3, test_count(&f->metrics.retries));
    assert_int_equal(1, test_count(&f->metrics.flushes));
    assert_int_equal(1, test_count(&f->metrics.records));
    assert_int_equal(1, test_count(&f->metrics.delivered));
    assert_int_equal(0, test_count(&f->metrics.given_up));
    ilf_flusher_free(f);
}

static void says_nothing_of_a_batch_that_goes_at_once(void **state)
{
    ilf_flusher *f = start("", "20s");

    (void)state;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("", log_.text);
    assert_int_equal(0, script.pauses);
    ilf_flusher_free(f);
}

static void counts_attempts_anew_for_every_batch(void **state)
{
    ilf_flusher *f = start("", "20s");

    (void)state;
    fail_times(1);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    script.next[2] = script.next[3] = ILF_ERR_RETRY;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("0 1 0 1 2 ", script.attempts);
    ilf_flusher_free(f);
}

static void tries_events_and_protobuf_again_too(void **state)
{
    ilf_flusher *f = start("", "20s");

    (void)state;
    fail_times(2);
    assert_works(ilf_flusher_export(f, &no_events, &err));
    script.next[3] = ILF_ERR_RETRY;
    assert_works(ilf_flusher_flush_pb(f, NULL, "", 0, &err));
    assert_string_equal("0 1 2 0 1 ", script.attempts);
    ilf_flusher_free(f);
}

static void handles_a_lack_of_memory_like_a_retry(void **state)
{
    ilf_flusher *f = start("", "20s");

    (void)state;
    script.next[0] = script.next[1] = ILF_ERR_NOMEM;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("0 1 2 ", script.attempts);
    ilf_flusher_free(f);
}

static void does_not_try_again_what_can_never_work(void **state)
{
    static const ilf_status statuses[] = {ILF_ERR_DROP, ILF_ERR_CONFIG, (ilf_status)99,
                                          (ilf_status)-1};

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        ilf_flusher *f = start("", "20s");
        struct test_batch data;

        reset(NULL);
        script.next[0] = statuses[i];
        assert_fails(statuses[i], "not now", ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
        assert_string_equal("0 ", script.attempts);
        assert_string_equal("", log_.text);
        assert_int_equal(1, test_count(&f->metrics.dropped));
        assert_int_equal(0, test_count(&f->metrics.retries));
        ilf_flusher_free(f);
    }
}

static void does_not_go_on_after_a_retry_is_dropped(void **state)
{
    ilf_flusher *f = start("", "20s");

    (void)state;
    script.next[0] = ILF_ERR_RETRY;
    script.next[1] = ILF_ERR_DROP;
    assert_fails(ILF_ERR_DROP, "not now", ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("0 1 ", script.attempts);
    ilf_flusher_free(f);
}

static void tells_of_the_1st_2nd_4th_8th_and_16th_failure_only(void **state)
{
    ilf_flusher *f = start("", "20s");
    char want[2048] = "";

    (void)state;
    fail_times(20);
    for (int i = 0; i < 5; i++)
        strcat(want, "2 flusher_scripted: flush: not now; trying again in 0.0 s\n");
    strcat(want, "1 flusher_scripted: flush: succeeded after 20 retries\n");
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal(want, log_.text);
    assert_int_equal(20, test_count(&f->metrics.retries));
    ilf_flusher_free(f);
}

static void tells_in_seconds_how_long_it_will_wait(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"24h\",\"MaxDelay\":\"24h\"", "0s");
    double seconds = -1;
    char unit[8] = "";

    (void)state;
    fail_times(1);
    ilf_flusher_set_urgent(f, true); /* so that it does not */
    assert_int_equal(ILF_ERR_RETRY, ilf_flusher_flush(f, &no_groups, NULL));
    assert_int_equal(2, sscanf(log_.text,
                               "2 flusher_scripted: flush: not now; trying again in %lf %7s",
                               &seconds, unit));
    assert_true(seconds >= 0 && seconds <= 86400);
    assert_string_equal("s", unit);
    ilf_flusher_free(f);
}

/* --- Giving up -----------------------------------------------------------------------------------
 */

static void gives_up_at_once_when_retrying_is_off(void **state)
{
    ilf_flusher *f = start("\"Enable\":false", "20s");
    struct test_batch data;

    (void)state;
    fail_times(9);
    assert_fails(ILF_ERR_RETRY, "not now (gave up after 1 try, Retry.Enable is false)",
                 ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
    assert_string_equal("0 ", script.attempts);
    assert_string_equal("", log_.text);
    assert_int_equal(0, test_count(&f->metrics.retries));
    assert_int_equal(1, test_count(&f->metrics.given_up));
    assert_int_equal(0, test_count(&f->metrics.dropped));
    ilf_flusher_free(f);
}

static void gives_up_after_max_retry_times(void **state)
{
    static const struct {
        const char *times, *attempts, *text;
    } rows[] = {
        {"0", "0 ", "not now (gave up after 1 try, Retry.MaxRetryTimes is reached)"},
        {"1", "0 1 ", "not now (gave up after 2 tries, Retry.MaxRetryTimes is reached)"},
        {"3", "0 1 2 3 ", "not now (gave up after 4 tries, Retry.MaxRetryTimes is reached)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char retry[128];
        ilf_flusher *f;
        struct test_batch data;

        reset(NULL);
        fail_times(9);
        (void)snprintf(retry, sizeof(retry),
                       "\"MaxRetryTimes\":%s,\"InitialDelay\":\"1ms\",\"MaxDelay\":\"1ms\"",
                       rows[i].times);
        f = start(retry, "20s");
        assert_fails(ILF_ERR_RETRY, rows[i].text,
                     ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
        assert_string_equal(rows[i].attempts, script.attempts);
        assert_int_equal(atoi(rows[i].times), test_count(&f->metrics.retries));
        assert_int_equal(1, test_count(&f->metrics.given_up));
        ilf_flusher_free(f);
    }
}

static void gives_up_with_the_status_of_the_last_try(void **state)
{
    ilf_flusher *f = start("\"MaxRetryTimes\":1,\"InitialDelay\":\"1ms\"", "20s");

    (void)state;
    script.next[0] = ILF_ERR_RETRY;
    script.next[1] = ILF_ERR_NOMEM;
    assert_fails(ILF_ERR_NOMEM, "not now (gave up after 2 tries, Retry.MaxRetryTimes is reached)",
                 ilf_flusher_flush(f, &no_groups, &err));
    ilf_flusher_free(f);
}

static void keeps_a_reason_that_fills_the_error(void **state)
{
    ilf_flusher *f = start("\"Enable\":false", "20s");
    char why[ILF_ERROR_SIZE];
    ilf_error err;

    (void)state;
    memset(why, 'w', sizeof(why) - 1);
    why[sizeof(why) - 1] = '\0';
    script.why = why;
    fail_times(1);
    assert_int_equal(ILF_ERR_RETRY, ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal(why, err.text);
    ilf_flusher_free(f);
}

static void does_not_take_what_the_callers_error_held_for_a_reason(void **state)
{
    ilf_flusher *f = start("\"Enable\":false", "20s");
    ilf_error err;

    (void)state;
    memset(&err, 'x', sizeof(err)); /* as uninitialised as it may be: without a NUL */
    script.silent = true;
    fail_times(1);
    assert_int_equal(ILF_ERR_RETRY, ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal(" (gave up after 1 try, Retry.Enable is false)", err.text);
    ilf_flusher_free(f);
}

/* --- Stopping ------------------------------------------------------------------------------------
 */

struct job {
    ilf_flusher *f;
    pthread_t thread;
    ilf_status status;
    ilf_error err;
};

static void *run_flush(void *arg)
{
    struct job *job = arg;

    job->status = ilf_flusher_flush(job->f, &no_groups, &job->err);
    return NULL;
}

/* Flush in a thread of its own, and wait until it pauses. */
static void flush_until_asleep(struct job *job, ilf_flusher *f)
{
    job->f = f;
    assert_int_equal(0, pthread_create(&job->thread, NULL, run_flush, job));
    sem_wait(&script.asleep);
}

static void set_urgent_makes_it_try_at_once(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"24h\",\"MaxDelay\":\"24h\"", "1h");
    struct job job;

    (void)state;
    fail_times(1);
    flush_until_asleep(&job, f);
    ilf_flusher_set_urgent(f, true);
    pthread_join(job.thread, NULL);
    assert_int_equal(ILF_OK, job.status);
    assert_string_equal("0 1 ", script.attempts);
    ilf_flusher_free(f);
}

static void gives_up_when_stop_timeout_has_passed_since_set_urgent(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"24h\",\"MaxDelay\":\"24h\"", "50ms");
    uint64_t urgent = ilf__monotonic();

    (void)state;
    fail_times(32);
    script.urge = f;
    assert_fails(ILF_ERR_RETRY, "not now (gave up after 1 try, the pipeline is stopping)",
                 ilf_flusher_flush(f, &no_groups, &err));
    assert_true(ilf__monotonic() - urgent >= 50000000);
    assert_string_equal("0 ", script.attempts);
    assert_int_equal(0, test_count(&f->metrics.retries));
    ilf_flusher_free(f);
}

static void retries_between_set_urgent_and_stop_timeout(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"1ms\",\"MaxDelay\":\"1ms\"", "1h");

    (void)state;
    ilf_flusher_set_urgent(f, false);
    fail_times(5);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("0 1 2 3 4 5 ", script.attempts);
    ilf_flusher_free(f);
}

static void a_second_set_urgent_gives_no_more_time(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"24h\",\"MaxDelay\":\"24h\"", "30ms");

    (void)state;
    ilf_flusher_set_urgent(f, false);
    usleep(40000);
    ilf_flusher_set_urgent(f, true);
    fail_times(32);
    assert_fails(ILF_ERR_RETRY, "not now (gave up after 1 try, the pipeline is stopping)",
                 ilf_flusher_flush(f, &no_groups, &err));
    assert_int_equal(0, script.pauses);
    ilf_flusher_free(f);
}

static void set_urgent_before_init_leaves_stop_timeout_to_retry(void **state)
{
    static const char config[] = "{\"Retry\":{\"InitialDelay\":\"1ms\"},\"StopTimeout\":\"1h\"}";
    ilf_flusher *f = ilf__flusher_new(&scripted, NULL, NULL);

    (void)state;
    ilf_flusher_set_urgent(f, true);
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_works(ilf_flusher_init(f, NULL, &err));
    fail_times(1);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("0 1 ", script.attempts);
    ilf_flusher_free(f);
}

static void tries_once_when_stop_timeout_is_over(void **state)
{
    ilf_flusher *f = start("", "0s");

    (void)state;
    ilf_flusher_set_urgent(f, true);
    fail_times(1);
    assert_fails(ILF_ERR_RETRY, "not now (gave up after 1 try, the pipeline is stopping)",
                 ilf_flusher_flush(f, &no_groups, &err));
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_string_equal("0 0 ", script.attempts);
    assert_int_equal(0, script.pauses);
    ilf_flusher_free(f);
}

static void stop_ends_the_pause_without_a_further_try(void **state)
{
    ilf_flusher *f = start("\"InitialDelay\":\"24h\",\"MaxDelay\":\"24h\"", "1h");
    struct job job;

    (void)state;
    fail_times(32);
    flush_until_asleep(&job, f);
    assert_works(ilf_flusher_stop(f, &err));
    pthread_join(job.thread, NULL);
    assert_int_equal(ILF_ERR_RETRY, job.status);
    assert_string_equal("not now (gave up after 1 try, the pipeline is stopping)", job.err.text);
    assert_string_equal("0 ", script.attempts);
    ilf_flusher_free(f);
}

#define test(name) cmocka_unit_test_setup(name, reset)

static void a_line_that_comes_again_is_written_ever_more_rarely(void **state)
{
    const uint64_t second = 1000000000;
    struct ilf__told told = {0};
    uint64_t untold, lines = 0;

    (void)state;
    for (uint64_t at = 0; at < 10000; at++) /* one each tenth of a second */
        lines += ilf__tell_now(&told, 7 + at * second / 10, &untold);
    assert_in_range(lines, 8, 12);
    assert_true(ilf__tell_now(&told, 10000 * second, &untold));
    assert_true(untold > 1000);
    assert_false(ilf__tell_now(&told, 10000 * second + second / 2, &untold));
    assert_true(
        ilf__tell_now(&told, 10001 * second, &untold)); /* after a long silence as at first */
    assert_int_equal(1, untold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(doubles_the_longest_pause_up_to_its_bound),
        test(draws_each_pause_from_nothing_to_its_limit),
        test(tries_until_the_sink_takes_the_batch),
        test(says_nothing_of_a_batch_that_goes_at_once),
        test(counts_attempts_anew_for_every_batch),
        test(tries_events_and_protobuf_again_too),
        test(handles_a_lack_of_memory_like_a_retry),
        test(does_not_try_again_what_can_never_work),
        test(does_not_go_on_after_a_retry_is_dropped),
        test(tells_of_the_1st_2nd_4th_8th_and_16th_failure_only),
        test(tells_in_seconds_how_long_it_will_wait),
        test(gives_up_at_once_when_retrying_is_off),
        test(gives_up_after_max_retry_times),
        test(gives_up_with_the_status_of_the_last_try),
        test(keeps_a_reason_that_fills_the_error),
        test(does_not_take_what_the_callers_error_held_for_a_reason),
        test(set_urgent_makes_it_try_at_once),
        test(gives_up_when_stop_timeout_has_passed_since_set_urgent),
        test(retries_between_set_urgent_and_stop_timeout),
        test(a_second_set_urgent_gives_no_more_time),
        test(set_urgent_before_init_leaves_stop_timeout_to_retry),
        test(tries_once_when_stop_timeout_is_over),
        test(stop_ends_the_pause_without_a_further_try),
        cmocka_unit_test(a_line_that_comes_again_is_written_ever_more_rarely),
    };

    alarm(300); /* so that a deadlock ends */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
