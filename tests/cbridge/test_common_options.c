/* Tests of cbridge/common_options.c. */
#include "delivery_test.h"

static const struct ilf__common_options *start(ilf_flusher **f, const char *config)
{
    *f = test_start_ops(&test_delivered, NULL, config);
    return &(*f)->options;
}

static void has_defaults_for_all(void **state)
{
    ilf_flusher *f;
    const struct ilf__common_options *o = start(&f, "{}");

    (void)state;
    assert_int_equal(1 << 20, o->batch.max_bytes);
    assert_int_equal(0, o->batch.max_records);
    assert_int_equal(1000000000, o->batch.max_age);
    assert_int_equal(64 << 20, o->queue.max_bytes);
    assert_int_equal(0, o->queue.max_records);
    assert_int_equal(ILF__BLOCK, o->queue.when_full);
    assert_int_equal(4, o->delivery.concurrency);
    assert_int_equal(-1, o->retry.max_retry_times);
    assert_int_equal(ILF__SYNC_BATCH, o->spool.sync);
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static const ilf_tuning tuning = {
    .max_payload_bytes = 77,
    .max_payload_records = 7,
    .max_payload_age = -1,
    .concurrency = 9,
    .max_retry_times = 3,
    .queue_records = 1000,
    .drop_newest = true,
};

static void the_flushers_tuning_goes_before_the_defaults(void **state)
{
    ilf_flusher *f;
    const struct ilf__common_options *o;

    (void)state;
    sink->tuning = tuning;
    o = start(&f, "{}");
    assert_int_equal(77, o->batch.max_bytes);
    assert_int_equal(7, o->batch.max_records);
    assert_int_equal(0, o->batch.max_age);
    assert_int_equal(1000, o->queue.max_records);
    assert_int_equal(ILF__DROP_NEWEST, o->queue.when_full);
    assert_int_equal(9, o->delivery.concurrency);
    assert_int_equal(3, o->retry.max_retry_times);
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void what_the_user_says_goes_before_both(void **state)
{
    ilf_flusher *f;
    const struct ilf__common_options *o;

    (void)state;
    sink->tuning = tuning;
    o = start(&f, "{\"Batch\":{\"MaxBytes\":\"1MiB\",\"MaxRecords\":0,\"MaxAge\":\"1s\"},"
                  "\"Queue\":{\"MaxRecords\":0,\"WhenFull\":\"block\"},"
                  "\"Delivery\":{\"Concurrency\":4},\"Retry\":{\"MaxRetryTimes\":-1}}");
    assert_int_equal(1 << 20, o->batch.max_bytes);
    assert_int_equal(0, o->batch.max_records);
    assert_int_equal(1000000000, o->batch.max_age);
    assert_int_equal(0, o->queue.max_records);
    assert_int_equal(ILF__BLOCK, o->queue.when_full);
    assert_int_equal(4, o->delivery.concurrency);
    assert_int_equal(-1, o->retry.max_retry_times);
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void direct_flushers_know_none_of_them(void **state)
{
    const ilf_flusher_ops *ops = ilf__find("flusher_c_null", NULL);
    ilf_flusher *f = ilf__flusher_new(ops, NULL, NULL);
    const char *config = "{\"Spool\":{}}";

    (void)state;
    assert_fails(ILF_ERR_CONFIG,
                 "flusher_c_null: detail.Spool: no such option; ilfrun -explain flusher_c_null "
                 "lists them",
                 ilf_flusher_configure(f, config, strlen(config), &err));
    ilf_flusher_free(f);
}

static void a_bad_action_keeps_the_pipeline_from_starting(void **state)
{
    ilf_flusher *f = ilf__flusher_new(&test_delivered, NULL, NULL);
    const char *config = "{\"Retry\":{\"Actions\":{\"4zz\":\"drop\"}}}";

    (void)state;
    assert_works(ilf_flusher_configure(f, config, strlen(config), &err));
    assert_fails(
        ILF_ERR_CONFIG,
        "flusher_test: detail.Retry.Actions.4zz: is not a code: write one such as \"429\", a "
        "class such as \"4xx\", or a range such as \"500-599\"",
        ilf_flusher_init(f, NULL, &err));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(has_defaults_for_all),
        test_with_sink(the_flushers_tuning_goes_before_the_defaults),
        test_with_sink(what_the_user_says_goes_before_both),
        test_with_sink(direct_flushers_know_none_of_them),
        test_with_sink(a_bad_action_keeps_the_pipeline_from_starting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
