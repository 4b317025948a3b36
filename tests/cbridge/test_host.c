/* Tests of cbridge/host.c. */
#include <ilf_test.h>

#include <time.h>

/* Keeps what its init is given, so that a test can use it. */
struct keeper {
    const ilf_host *host;
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)err;
    ((struct keeper *)self)->host = host;
    return ILF_OK;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static const ilf_flusher_ops keeper = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_keeper",
    .description = "keeps its host",
    .instance_size = sizeof(struct keeper),
    .init = init,
    .flush = flush,
};

static const ilf_host *host_of(const ilf_flusher *f)
{
    return ((const struct keeper *)f->self)->host;
}

/* Standard error, in a file of the test's folder. */
static int real_stderr;

static void begin_stderr(void)
{
    fflush(stderr);
    real_stderr = dup(2);
    assert_non_null(freopen(test_path("err"), "w", stderr));
}

static void end_stderr(void)
{
    fflush(stderr);
    assert_int_equal(2, dup2(real_stderr, 2));
    close(real_stderr);
}

static void log_all_levels(const ilf_host *host)
{
    ilf_logf(host, ILF_LEVEL_DEBUG, "line %d", 0);
    ilf_logf(host, ILF_LEVEL_INFO, "line %d", 1);
    ilf_logf(host, ILF_LEVEL_WARN, "line %d", 2);
    ilf_logf(host, ILF_LEVEL_ERROR, "line %d", 3);
}

static void gives_a_flusher_all_services(void **state)
{
    ilf_flusher *f = test_start_ops(&keeper, NULL, "null");
    const ilf_host *host = host_of(f);

    (void)state;
    assert_int_equal(sizeof(ilf_host), host->struct_size);
    assert_ptr_equal(f, host->context);
    assert_true(host->log && host->now && host->counter && host->counter_add);
    assert_true(host->tune && host->complete && host->gauge && host->ordered && host->time_left);
    ilf_flusher_free(f);
}

static void logs_to_stderr_when_nobody_else_does(void **state)
{
    ilf_flusher *f = test_start_ops(&keeper, NULL, "null");

    (void)state;
    begin_stderr();
    log_all_levels(host_of(f));
    ilf__log(f, ILF_LEVEL_WARN, "%s", "of the runtime");
    host_of(f)->log(f, ILF_LEVEL_INFO, (ilf_str){"cut here, not there", 8});
    end_stderr();
    ilf_flusher_free(f);
    assert_file(test_path("err"), S("info: line 1\n"
                                    "warning: line 2\n"
                                    "error: line 3\n"
                                    "warning: flusher_keeper: of the runtime\n"
                                    "info: cut here\n"));
}

static void writes_no_line_of_a_level_that_does_not_exist(void **state)
{
    ilf_flusher *f = test_start_ops(&keeper, NULL, "null");

    (void)state;
    begin_stderr();
    ilf_logf(host_of(f), (ilf_level)4, "too high");
    ilf_logf(host_of(f), (ilf_level)-1, "too low");
    end_stderr();
    ilf_flusher_free(f);
    assert_file(test_path("err"), S(""));
}

static void gives_the_embedder_all_that_is_logged(void **state)
{
    struct test_log log = {.len = 0};
    const ilf_host embedder = test_host(&log);
    ilf_flusher *f = test_start_ops(&keeper, &embedder, "null");

    (void)state;
    begin_stderr();
    log_all_levels(host_of(f));
    ilf__log(f, ILF_LEVEL_ERROR, "%d of the runtime", 7);
    end_stderr();
    ilf_flusher_free(f);
    assert_string_equal("0 line 0\n1 line 1\n2 line 2\n3 line 3\n"
                        "3 flusher_keeper: 7 of the runtime\n",
                        log.text);
    assert_file(test_path("err"), S(""));
}

static void cuts_the_lines_of_the_runtime(void **state)
{
    struct test_log log = {.len = 0};
    const ilf_host embedder = test_host(&log);
    ilf_flusher *f = test_start_ops(&keeper, &embedder, "null");
    char text[2000], want[2000];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[1999] = '\0';
    ilf__log(f, ILF_LEVEL_INFO, "%s", text);
    (void)snprintf(want, sizeof(want), "1 flusher_keeper: %.*s\n",
                   ILF_ERROR_SIZE + 128 - 1 - (int)strlen("flusher_keeper: "), text);
    assert_string_equal(want, log.text);
    ilf_flusher_free(f);
}

static uint64_t noon(void *context)
{
    return *(const uint64_t *)context;
}

static void takes_the_time_from_the_embedder(void **state)
{
    uint64_t at = 43200000000000;
    const ilf_host embedder = {.struct_size = sizeof(embedder), .context = &at, .now = noon};
    ilf_flusher *f = test_start_ops(&keeper, &embedder, "null");
    const ilf_host *host = host_of(f);

    (void)state;
    assert_int_equal(43200000000000, host->now(host->context));
    at++;
    assert_int_equal(43200000000001, host->now(host->context));
    ilf_flusher_free(f);
}

static void has_a_clock_of_its_own(void **state)
{
    ilf_flusher *f = test_start_ops(&keeper, NULL, "null");
    const ilf_host *host = host_of(f);
    struct timespec before, after;
    uint64_t now;

    (void)state;
    clock_gettime(CLOCK_REALTIME, &before);
    now = host->now(host->context);
    clock_gettime(CLOCK_REALTIME, &after);
    assert_in_range(now, (uint64_t)before.tv_sec * 1000000000 + (uint64_t)before.tv_nsec,
                    (uint64_t)after.tv_sec * 1000000000 + (uint64_t)after.tv_nsec);
    ilf_flusher_free(f);
}

static void takes_no_service_beyond_the_embedders_struct(void **state)
{
    uint64_t at = 5;
    ilf_host embedder = {.struct_size = offsetof(ilf_host, now), .context = &at, .now = noon};
    ilf_flusher *f = test_start_ops(&keeper, &embedder, "null");

    (void)state;
    assert_true(host_of(f)->now(host_of(f)->context) > UINT64_C(1500000000000000000));
    ilf_flusher_free(f);
}

static void counts_under_each_name(void **state)
{
    ilf_flusher *f = test_start_ops(&keeper, NULL, "null");
    const ilf_host *host = host_of(f);
    ilf_counter *a = host->counter(host->context, "a_total", "A.");
    ilf_counter *b = host->counter(host->context, "b_total", "B.");

    (void)state;
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(a, host->counter(host->context, "a_total", "Another help."));
    host->counter_add(host->context, a, 3);
    host->counter_add(host->context, a, 4);
    host->counter_add(host->context, b, 0);
    assert_int_equal(7, test_count(&a->value));
    assert_int_equal(0, test_count(&b->value));
    ilf_flusher_free(f);
}

static void tells_how_much_time_is_left_once_the_pipeline_stops(void **state)
{
    static const char config[] = "{\"StopTimeout\":\"1h\"}";
    ilf_flusher *f = test_start("flusher_c_null", NULL, config);
    int64_t left;

    (void)state;
    assert_true(f->host.time_left(f->host.context) == INT64_MAX);
    ilf_flusher_set_urgent(f, false);
    left = f->host.time_left(f->host.context);
    assert_in_range(left, INT64_C(3000000000000), INT64_C(3600000000000));
    ilf_flusher_free(f);
    f = test_start("flusher_c_null", NULL, "{\"StopTimeout\":0}");
    ilf_flusher_set_urgent(f, false);
    assert_int_equal(0, f->host.time_left(f->host.context));
    ilf_flusher_free(f);
}

static void a_line_without_text_or_of_an_unknown_level_does_no_harm(void **state)
{
    struct test_log log = {.len = 0};
    const ilf_host embedder = test_host(&log);
    ilf_flusher *f = test_start_ops(&keeper, &embedder, "null"), *alone;
    const ilf_host *host = host_of(f);

    (void)state;
    host->log(f, ILF_LEVEL_INFO, (ilf_str){NULL, 12});
    host->log(f, ILF_LEVEL_INFO, (ilf_str){NULL, SIZE_MAX});
    host->log(f, (ilf_level)77, S("of an unknown level"));
    assert_string_equal("1 \n1 \n2 of an unknown level\n", log.text);
    ilf_flusher_free(f);
    alone = test_start_ops(&keeper, NULL, "null");
    begin_stderr();
    host_of(alone)->log(alone, ILF_LEVEL_INFO, (ilf_str){NULL, 12});
    end_stderr();
    ilf_flusher_free(alone);
    assert_file(test_path("err"), S("info: \n"));
}

static void counters_and_gauges_without_a_name_count_where_nobody_looks(void **state)
{
    ilf_flusher *f = test_start_ops(&keeper, NULL, "null");
    const ilf_host *host = host_of(f);
    const ilf_kv nothing = {{NULL, 3}, {NULL, 3}};
    const ilf_kv valueless = {S("topic"), {NULL, 3}};
    ilf_counter *counter = host->counter(f, NULL, NULL);

    (void)state;
    assert_non_null(counter);
    host->counter_add(f, counter, 1);
    host->counter_add(f, NULL, 1);
    assert_non_null(host->counter(f, "helpless_total", NULL));
    assert_false(host->gauge(f, NULL, NULL, NULL, 0, 1));
    assert_false(host->gauge(f, "lag", NULL, NULL, 2, 1));
    assert_false(host->gauge(f, "lag", NULL, &nothing, 1, 1));
    assert_true(host->gauge(f, "lag", NULL, &valueless, 1, 1));
    ilf_flusher_free(f);
}

static void has_a_clock_that_does_not_jump(void **state)
{
    uint64_t last = ilf__monotonic();

    (void)state;
    assert_true(last > 0);
    for (int i = 0; i < 1000; i++) {
        uint64_t now = ilf__monotonic();

        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_flusher_all_services),
        test_with_folder(logs_to_stderr_when_nobody_else_does),
        test_with_folder(writes_no_line_of_a_level_that_does_not_exist),
        test_with_folder(gives_the_embedder_all_that_is_logged),
        cmocka_unit_test(cuts_the_lines_of_the_runtime),
        cmocka_unit_test(takes_the_time_from_the_embedder),
        cmocka_unit_test(has_a_clock_of_its_own),
        cmocka_unit_test(takes_no_service_beyond_the_embedders_struct),
        cmocka_unit_test(counts_under_each_name),
        cmocka_unit_test(tells_how_much_time_is_left_once_the_pipeline_stops),
        cmocka_unit_test(has_a_clock_that_does_not_jump),
        test_with_folder(a_line_without_text_or_of_an_unknown_level_does_no_harm),
        cmocka_unit_test(counters_and_gauges_without_a_name_count_where_nobody_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
