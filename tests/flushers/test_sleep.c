/* Tests of flushers/sleep.c. */
#include <ilf_test.h>

#include <errno.h>
#include <time.h>

/* Every sleep of the flusher, which calls this instead of the C library's. */
static struct {
    size_t calls;
    uint64_t ns; /* slept in all */
    size_t interrupt;
} slept;

int nanosleep(const struct timespec *want, struct timespec *left)
{
    uint64_t ns = (uint64_t)want->tv_sec * 1000000000 + (uint64_t)want->tv_nsec;

    slept.calls++;
    if (slept.interrupt > 0) { /* by a signal, half way */
        slept.interrupt--;
        slept.ns += ns - ns / 2;
        *left = (struct timespec){(time_t)(ns / 2 / 1000000000), (long)(ns / 2 % 1000000000)};
        errno = EINTR;
        return -1;
    }
    slept.ns += ns;
    return 0;
}

static int reset(void **state)
{
    (void)state;
    memset(&slept, 0, sizeof(slept));
    return 0;
}

static void sleeps_once_for_each_batch_of_logs(void **state)
{
    ilf_flusher *f = test_start("flusher_c_sleep", NULL, "{\"SleepMS\":1500}");
    struct test_batch data;

    (void)state;
    assert_works(ilf_flusher_flush(f, test_fill(&data, S("v")), &err));
    assert_int_equal(15, slept.calls); /* to look in between whether the pipeline stops */
    assert_int_equal(1500000000, slept.ns);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_int_equal(3000000000, slept.ns);
    assert_int_equal(1, test_count(&f->metrics.delivered));
    ilf_flusher_free(f);
}

static void sleeps_for_each_group_of_events_that_is_not_empty(void **state)
{
    ilf_flusher *f = test_start("flusher_c_sleep", NULL, "{\"SleepMS\":7}");
    const ilf_event events[] = {{.type = 99}, {.type = 99}};
    const ilf_event_group groups[] = {
        {.events = events, .n_events = 2}, {.n_events = 0}, {.events = events, .n_events = 1}};
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = groups, .n_groups = 3};

    (void)state;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_int_equal(2, slept.calls);
    assert_int_equal(14000000, slept.ns);
    assert_works(ilf_flusher_export(f, &no_events, &err));
    assert_int_equal(2, slept.calls);
    ilf_flusher_free(f);
}

static void sleeps_on_after_a_signal(void **state)
{
    ilf_flusher *f = test_start("flusher_c_sleep", NULL, "{\"SleepMS\":3000}");

    (void)state;
    slept.interrupt = 2;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_int_equal(32, slept.calls);
    assert_int_equal(3000000000, slept.ns);
    ilf_flusher_free(f);
}

static void sleeps_no_longer_than_a_stopping_pipeline_has_time(void **state)
{
    ilf_flusher *f =
        test_start("flusher_c_sleep", NULL, "{\"SleepMS\":86400000,\"StopTimeout\":0}");

    (void)state;
    ilf_flusher_set_urgent(f, true);
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_int_equal(0, slept.ns);
    ilf_flusher_free(f);
}

static void does_not_sleep_by_default(void **state)
{
    ilf_flusher *f = test_start("flusher_c_sleep", NULL, "{}");

    (void)state;
    assert_works(ilf_flusher_flush(f, &no_groups, &err));
    assert_int_equal(0, slept.ns);
    ilf_flusher_free(f);
}

static void refuses_times_out_of_range(void **state)
{
    static const char *const configs[] = {"{\"SleepMS\":-1}", "{\"SleepMS\":86400001}",
                                          "{\"SleepMS\":1.5}", "{\"SleepMS\":\"1s\"}"};
    ilf_flusher *f = ilf_flusher_new("flusher_c_sleep", NULL, NULL);

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(ILF_ERR_CONFIG,
                         ilf_flusher_configure(f, configs[i], strlen(configs[i]), NULL));
    assert_works(ilf_flusher_configure(f, "{\"SleepMS\":86400000}", 20, &err));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sleeps_once_for_each_batch_of_logs, reset),
        cmocka_unit_test_setup(sleeps_for_each_group_of_events_that_is_not_empty, reset),
        cmocka_unit_test_setup(sleeps_on_after_a_signal, reset),
        cmocka_unit_test_setup(sleeps_no_longer_than_a_stopping_pipeline_has_time, reset),
        cmocka_unit_test_setup(does_not_sleep_by_default, reset),
        cmocka_unit_test_setup(refuses_times_out_of_range, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
