/* Tests of cbridge/report.c. */
#include "report.h"

#include "delivery_test.h"

/* A host that keeps the last line, and whose clock is ahead. */
static struct {
    pthread_mutex_t lock;
    int n;
    ilf_level level;
    char text[2048];
    uint64_t ahead;
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void hear(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    pthread_mutex_lock(&heard.lock);
    heard.n++;
    heard.level = level;
    (void)snprintf(heard.text, sizeof(heard.text), "%.*s", (int)text.len, text.ptr);
    pthread_mutex_unlock(&heard.lock);
}

static uint64_t ahead(void *context)
{
    struct timespec ts;
    uint64_t now;

    (void)context;
    clock_gettime(CLOCK_REALTIME, &ts);
    pthread_mutex_lock(&heard.lock);
    now = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec + heard.ahead;
    pthread_mutex_unlock(&heard.lock);
    return now;
}

static void go_ahead(uint64_t ns)
{
    pthread_mutex_lock(&heard.lock);
    heard.ahead += ns;
    pthread_mutex_unlock(&heard.lock);
}

static const ilf_host host = {.struct_size = sizeof(host), .log = hear, .now = ahead};

static void a_start_says_version_endpoints_and_what_was_configured(void **state)
{
    static const char *const names[] = {"http://a:1", "http://b:2"};
    char config[256], want[512];
    ilf_flusher *f;

    (void)state;
    sink->tuning.n_endpoints = 2;
    sink->tuning.endpoints = names;
    (void)snprintf(config, sizeof(config),
                   "{\"Queue\":{\"MaxBytes\":\"1MiB\"},\"Spool\":{\"Path\":\"%s\"}}",
                   test_path("spool"));
    f = test_start_ops(&test_delivered, &host, config);
    (void)snprintf(
        want, sizeof(want),
        "flusher_test: started: libilf %s; sends to http://a:1, http://b:2; 0 records in the "
        "spool %s; Queue.MaxBytes=1048576, Spool.Path=%s",
        ilf_version(), test_path("spool"), test_path("spool"));
    assert_string_equal(want, heard.text);
    assert_int_equal(ILF_LEVEL_INFO, heard.level);
    ilf_flusher_free(f);
}

static void answer_no(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_REJECT;
}

static void an_end_says_what_became_of_the_records(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, &host, "{}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, NULL));
    assert_string_equal(
        "flusher_test: stopped: 3 records accepted, 0 from the spool; 3 delivered, 0 "
        "dead-lettered, 0 dropped, 0 left in the spool",
        heard.text);
    assert_int_equal(ILF_LEVEL_INFO, heard.level);
    ilf_flusher_free(f);
    sink->answer = answer_no;
    f = test_start_ops(&test_delivered, &host, "{}");
    assert_int_equal(ILF_OK, test_flush(f, "a b !c"));
    ilf_flusher_free(f);
    assert_string_equal(
        "flusher_test: stopped: 3 records accepted, 0 from the spool; 0 delivered, 0 "
        "dead-lettered, 3 dropped, 0 left in the spool",
        heard.text);
    assert_int_equal(ILF_LEVEL_WARN, heard.level);
}

static void the_end_of_a_direct_flusher_says_the_same(void **state)
{
    ilf_flusher *f = test_start("flusher_c_null", &host, "{}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    ilf_flusher_free(f);
    assert_string_equal("flusher_c_null: stopped: 2 records accepted, 2 delivered, 0 dropped",
                        heard.text);
}

static void answer_away(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)p;
    if (s->n_sends > 0) {
        a->never = true;
        return;
    }
    a->result.verdict = ILF_RETRY;
    a->result.reason = S("connection refused");
}

/* How many lines are logged at @now. */
static int report(ilf_flusher *f, struct ilf__backlog_report *r, uint64_t now)
{
    int before = heard.n;

    ilf__report_backlog(f->delivery, r, now);
    return heard.n - before;
}

static void a_backlog_is_reported_at_growing_intervals(void **state)
{
    const uint64_t second = 1000000000;
    struct ilf__backlog_report r = {0};
    const struct test_answer ok = {0};
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_away;
    f = test_start_ops(&test_delivered, &host,
                       "{\"Batch\":{\"MaxAge\":0},\"Retry\":{\"InitialDelay\":\"1ms\"}}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_sends() == 2);
    assert_int_equal(0, report(f, &r, second)); /* it is young */
    go_ahead(35 * second);
    assert_int_equal(0, report(f, &r, 5 * second)); /* and not looked at so soon again */
    assert_int_equal(1, report(f, &r, 100 * second));
    assert_int_equal(ILF_LEVEL_WARN, heard.level);
    assert_non_null(strstr(heard.text, "backlog: 3 records (0.0 MiB) in the queue, the oldest 3"));
    assert_non_null(strstr(heard.text, " s old; last failure: connection refused"));
    assert_int_equal(0, report(f, &r, 129 * second));
    assert_int_equal(1, report(f, &r, 130 * second));
    assert_int_equal(0, report(f, &r, 189 * second));
    assert_int_equal(1, report(f, &r, 190 * second));
    assert_int_equal(1, report(f, &r, 1000 * second));
    test_sink_answer_all(&ok);
    wait_until(test_queued(f) == 0);
    assert_int_equal(1, report(f, &r, 9000 * second));
    assert_string_equal("flusher_test: backlog: no record waits for longer than 30 s any more",
                        heard.text);
    assert_int_equal(0, report(f, &r, 10000 * second));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(a_start_says_version_endpoints_and_what_was_configured),
        test_with_sink(an_end_says_what_became_of_the_records),
        test_with_sink(the_end_of_a_direct_flusher_says_the_same),
        test_with_sink(a_backlog_is_reported_at_growing_intervals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
