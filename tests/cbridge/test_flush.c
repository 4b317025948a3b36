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
    const ilf_event_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

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

/* --- Replay ----------------------------------------------------------------------------------- */

static const char letter[] = "{\"flusher\":\"flusher_test\",\"encoded\":true,\"events\":2,"
                             "\"destination\":\"d\",\"body\":\"again\"}";

static ilf_status replay(ilf_flusher *f, const char *line, ilf_error *err)
{
    return ilf_flusher_replay(f, line, strlen(line), err);
}

static void a_dead_letter_is_sent_again(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{\"Batch\":{\"MaxAge\":\"1h\"}}");

    (void)state;
    assert_works(replay(f, letter, &err));
    assert_works(replay(f, letter, NULL));
    assert_int_equal(4, test_count(&f->metrics.records));
    test_stop_with(f, ILF__END_DELIVERED, 4);
    assert_string_equal("again again ", sink->delivered);
    assert_int_equal(1, sink->n_sends); /* the same destination */
}

static void a_letter_that_counts_no_events_is_one(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{}");

    (void)state;
    assert_works(replay(
        f, "{\"flusher\":\"flusher_test\",\"encoded\":true,\"destination\":\"\",\"body\":\"\"}",
        &err));
    test_stop_with(f, ILF__END_DELIVERED, 1);
}

static void answer_refused(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_REJECT;
}

static void what_a_run_has_written_the_next_replays(void **state)
{
    char config[512], *text, *end;
    ilf_flusher *f;
    size_t len;

    (void)state;
    (void)snprintf(config, sizeof(config), "{\"DeadLetters\":{\"Path\":\"%s\"}}",
                   test_path("dead"));
    f = test_start_ops(&test_delivered, NULL, config);
    sink->answer = answer_refused;
    assert_int_equal(ILF_OK, test_flush(f, "to/k/one !two"));
    test_stop_with(f, ILF__END_DEAD, 2);
    text = test_read_file(test_path("dead"), &len);
    test_set_answer(test_answer_ok);
    f = test_start_ops(&test_delivered, NULL, "{}");
    for (char *line = text; (end = strchr(line, '\n')); line = end + 1) {
        const char *one = strstr(line, "\"body\":\"one\"");
        bool encoded = one && one < end;

        assert_int_equal(encoded ? ILF_OK : ILF_ERR_DROP,
                         ilf_flusher_replay(f, line, (size_t)(end - line), NULL));
    }
    free(text);
    test_stop_with(f, ILF__END_DELIVERED, 1);
    assert_string_equal("one ", sink->delivered);
}

static void what_is_no_letter_to_send_is_refused_and_not_counted(void **state)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"", "is no JSON"},
        {"[]", "is not a dead letter"},
        {"{\"flusher\":\"flusher_test\",\"encoded\":true,\"destination\":\"\"}", "has no 'body'"},
        {"{\"flusher\":\"other\",\"encoded\":true,\"destination\":\"\",\"body\":\"\"}",
         "is a dead letter of other, which must replay it"},
        {"{\"flusher\":\"flusher_test\",\"encoded\":false,\"destination\":\"\",\"body\":\"\"}",
         "never had the sink's form"},
    };
    ilf_flusher *f = test_start_ops(&test_delivered, NULL, "{}");

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ilf_error err;

        assert_int_equal(ILF_ERR_DROP, replay(f, cases[i].line, &err));
        if (!strstr(err.text, cases[i].want))
            fail_msg("%s: %s", cases[i].line, err.text);
    }
    assert_int_equal(0, test_count(&f->metrics.records));
    assert_int_equal(0, test_count(&f->metrics.dropped));
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void only_a_delivered_flusher_that_runs_replays(void **state)
{
    ilf_flusher *f = test_start("flusher_c_null", NULL, "{}");
    ilf_error err;

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG, replay(f, letter, &err));
    assert_non_null(strstr(err.text, "writes no dead letters"));
    ilf_flusher_free(f);
    f = ilf__flusher_new(&test_delivered, NULL, &err);
    assert_int_equal(ILF_ERR_CONFIG, replay(f, letter, &err));
    assert_non_null(strstr(err.text, "before init"));
    ilf_flusher_free(f);
}

static void *replay_two(void *f)
{
    (void)replay(f, letter, NULL);
    (void)replay(f, letter, NULL); /* has to wait */
    return NULL;
}

static void answer_never(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->never = true;
}

static void replay_waits_for_room_until_stop(void **state)
{
    ilf_flusher *f = test_start_ops(&test_delivered, NULL,
                                    "{\"Batch\":{\"MaxAge\":0},\"Queue\":{\"MaxBytes\":1},"
                                    "\"StopTimeout\":\"1ms\"}");
    pthread_t thread;
    unsigned waiters = 0;

    (void)state;
    test_set_answer(answer_never);
    pthread_create(&thread, NULL, replay_two, f);
    while (waiters == 0) {
        pthread_mutex_lock(&f->delivery->lock);
        waiters = f->delivery->waiters;
        pthread_mutex_unlock(&f->delivery->lock);
        usleep(1000);
    }
    ilf_flusher_set_urgent(f, true);
    pthread_join(thread, NULL);
    test_stop_with(f, ILF__END_STOPPED, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(events_are_converted_for_encode_as_for_flush),
        test_with_sink(groups_are_converted_for_encode_events),
        test_with_sink(what_encode_makes_no_record_of_is_counted),
        test_with_sink(a_batch_that_is_nothing_for_the_sink_is_dropped),
        test_with_sink(a_dead_letter_is_sent_again),
        test_with_sink(a_letter_that_counts_no_events_is_one),
        test_with_sink(what_a_run_has_written_the_next_replays),
        test_with_sink(what_is_no_letter_to_send_is_refused_and_not_counted),
        test_with_sink(only_a_delivered_flusher_that_runs_replays),
        test_with_sink(replay_waits_for_room_until_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
