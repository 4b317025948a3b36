/* Tests of cbridge/flush.c: what is counted of batches, for delivered flushers of either
 * generation. */
#include "delivery_test.h"

static void events_are_converted_for_encode_as_for_flush(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{}");
    const ilf_field body = {S("content"), {.type = ILF_VALUE_STRING, .as.str = S("a")}};
    const ilf_log_event log = {.contents = &body, .n_contents = 1};
    const ilf_metric metric = {.name = S("m")};
    const ilf_event events[] = {{.type = ILF_EVENT_LOG, .as.log = &log},
                                {.type = ILF_EVENT_METRIC, .as.metric = &metric}};
    const ilf_event_group group = {.events = events, .n_events = 2};
    const ilf_event_batch batch = {
        .struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    (void)state;
    assert_works(ilf_flusher_export(f, &batch, &err));
    assert_int_equal(1, test_count(&f->metrics.unconvertible));
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static ilf_status encode_events(void *self, const ilf_event_batch *batch, const ilf_encoder *to,
                                ilf_error *err)
{
    (void)self;
    (void)err;
    for (size_t i = 0; i < batch->groups[0].n_events; i++)
        (void)to->put(to->context, &(const ilf_record){.body = S("e"), .n_events = 1});
    return ILF_OK;
}

static void groups_are_converted_for_encode_events(void **state)
{
    ilf_flusher_ops ops = test_delivered;
    ilf_flusher *f;

    (void)state;
    ops.encode = NULL;
    ops.encode_events = encode_events;
    f = test_start_ops(&ops, NULL, "{}");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    test_stop_with(f, ILF__END_DELIVERED, 2);
    assert_string_equal("e e ", sink->delivered);
}

static ilf_status encode_one(void *self, const ilf_batch *batch, const ilf_encoder *to,
                             ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return to->put(to->context, &(const ilf_record){.body = S("1"), .n_events = 1});
}

static void what_encode_makes_no_record_of_is_counted(void **state)
{
    ilf_flusher_ops ops = test_delivered;
    ilf_flusher *f;

    (void)state;
    ops.encode = encode_one;
    f = test_start_ops(&ops, NULL, "{}");
    assert_int_equal(ILF_OK, test_flush(f, "a b c"));
    assert_int_equal(3, test_count(&f->metrics.records));
    assert_int_equal(2, test_count(&f->metrics.unencoded));
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static ilf_status encode_nothing(void *self, const ilf_batch *batch, const ilf_encoder *to,
                                      ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)to;
    return ilf_fail(err, ILF_ERR_DROP, "nothing for this sink");
}

static void a_batch_that_is_nothing_for_the_sink_is_dropped(void **state)
{
    ilf_flusher_ops ops = test_delivered;
    ilf_flusher *f;

    (void)state;
    ops.encode = encode_nothing;
    f = test_start_ops(&ops, NULL, "{}");
    assert_int_equal(ILF_ERR_DROP, test_flush(f, "a b c"));
    assert_int_equal(3, test_count(&f->metrics.dropped));
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(events_are_converted_for_encode_as_for_flush),
        test_with_sink(groups_are_converted_for_encode_events),
        test_with_sink(what_encode_makes_no_record_of_is_counted),
        test_with_sink(a_batch_that_is_nothing_for_the_sink_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
