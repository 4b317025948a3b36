/* Tests of cbridge/delivery.c. */
#include "delivery_test.h"

static void delivers_what_is_flushed(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":0}}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 3);
    assert_int_equal(0, test_queued(f));
    assert_string_equal("a b c ", sink->delivered);
    assert_int_equal(1, sink->n_sends);
    test_stop_with(f, ILF__END_DELIVERED, 3);
}

static void records_wait_for_others_until_stop(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":\"1h\"}}");

    (void)state;
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    assert_int_equal(ILF_OK, test_flush(f, "c"));
    assert_int_equal(3, test_queued(f));
    test_stop_with(f, ILF__END_DELIVERED, 3);
    assert_string_equal("a b c ", sink->delivered);
    assert_int_equal(1, sink->n_sends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(delivers_what_is_flushed),
        test_with_sink(records_wait_for_others_until_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
