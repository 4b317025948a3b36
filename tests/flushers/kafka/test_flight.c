/* Tests of flushers/kafka/flight.c. */
#include "kafka_test.h"

static struct rig *rig(struct flights *all)
{
    struct rig *r = calloc(1, sizeof(*r));

    r->host = (ilf_host){.context = r, .complete = test_complete};
    *all = (struct flights){.host = &r->host};
    return r;
}

static struct test_payload *payload(struct rig *r, size_t n)
{
    struct test_payload *p = test_payload(r, "topic");

    for (size_t i = 0; i < n; i++)
        test_add(p, NULL, "value");
    return p;
}

static void end(struct rig *r, struct flights *all)
{
    assert_int_equal(0, all->n);
    flights_dispose(all);
    for (size_t i = 0; i < r->n_payloads; i++) {
        ilf__text_dispose(&r->payloads[i]->bytes);
        free(r->payloads[i]);
    }
    free(r);
}

static void without_failures_all_is_delivered(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);
    struct test_payload *p = payload(r, 3);

    (void)state;
    flight_end(&all, flight_new(&all, &p->p));
    assert_int_equal(ILF_DELIVERED, p->ended.verdict);
    assert_false(p->ended.by_record);
    end(r, &all);
}

static void the_oldest_is_the_one_that_waits_for_reports_for_longest(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);
    struct flight *a = flight_new(&all, &payload(r, 1)->p),
                  *b = flight_new(&all, &payload(r, 1)->p);
    struct flight *no_report = flight_new(&all, &payload(r, 1)->p);

    (void)state;
    assert_null(flight_oldest(&all));
    a->open = b->open = 1;
    a->at = 3;
    b->at = 2;
    no_report->at = 1;
    assert_ptr_equal(b, flight_oldest(&all));
    flight_end(&all, b);
    assert_ptr_equal(a, flight_oldest(&all));
    flight_end(&all, a);
    flight_end(&all, no_report);
    assert_null(flight_oldest(&all));
    end(r, &all);
}

static void a_failure_of_some_is_told_record_by_record(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);
    struct test_payload *p = payload(r, 3);
    struct flight *flight = flight_new(&all, &p->p);

    (void)state;
    flight_fail(flight, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ILF_TOO_LARGE, 0, "see there");
    flight_fail(flight, 2, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ILF_RETRY,
                ILF_RESULT_UNREACHED | ILF_RESULT_UNANSWERED, NULL);
    flight_end(&all, flight);
    assert_true(p->ended.by_record);
    assert_int_equal(ILF_DELIVERED, p->ended.records[0]);
    assert_int_equal(ILF_TOO_LARGE, p->ended.records[1]);
    assert_int_equal(ILF_RETRY, p->ended.records[2]);
    assert_string_equal("", p->ended.reasons[0]);
    assert_non_null(strstr(p->ended.reasons[1], "see there"));
    assert_non_null(strstr(p->ended.reasons[2], "timed out"));
    assert_int_equal(ILF_RESULT_UNANSWERED, p->ended.flags); /* a broker was reached */
    end(r, &all);
}

static void the_same_failure_of_all_is_the_payloads(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);
    struct test_payload *p = payload(r, 2);
    struct flight *flight = flight_new(&all, &p->p);

    (void)state;
    for (size_t i = 0; i < 2; i++)
        flight_fail(flight, i, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ILF_RETRY, ILF_RESULT_UNREACHED,
                    NULL);
    flight_end(&all, flight);
    assert_false(p->ended.by_record);
    assert_int_equal(ILF_RETRY, p->ended.verdict);
    assert_int_equal(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, p->ended.code);
    assert_int_equal(ILF_RESULT_UNREACHED, p->ended.flags);
    end(r, &all);
}

static void nothing_of_one_payload_is_left_for_the_next(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct test_payload *p = payload(r, (size_t)(i * 37) % 50 + 2);
        struct flight *flight = flight_new(&all, &p->p);

        if (i % 2)
            flight_fail(flight, 1, RD_KAFKA_RESP_ERR_UNKNOWN, ILF_RETRY, 0, NULL);
        flight_end(&all, flight);
        for (size_t k = 0; k < p->p.n_records; k++)
            assert_int_equal(i % 2 && k == 1 ? ILF_RETRY : ILF_DELIVERED, p->ended.records[k]);
    }
    assert_null(all.made->next_made); /* one is enough for all of them */
    end(r, &all);
}

static void more_reasons_than_there_is_room_for_share_the_last(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);
    struct test_payload *p = payload(r, 8);
    struct flight *flight = flight_new(&all, &p->p);

    (void)state;
    for (size_t i = 0; i < 8; i++)
        flight_fail(flight, i, (rd_kafka_resp_err_t)(30 + i), ILF_RETRY, 0, NULL);
    assert_int_equal(FLIGHT_REASONS, flight->n_texts);
    flight_end(&all, flight);
    assert_true(p->ended.by_record);
    end(r, &all);
}

static void finds_a_record_by_where_its_value_begins(void **state)
{
    struct flights all;
    struct rig *r = rig(&all);
    struct test_payload *p = test_payload(r, "topic");
    struct flight *flight;
    char value[64] = "";

    (void)state;
    for (size_t i = 0; i < 40; i++) { /* of every size, none included */
        value[i] = '\0';
        test_add(p, i % 3 ? "key" : NULL, value);
        value[i] = 'v';
    }
    flight = flight_new(&all, &p->p);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(i, flight_find(flight, ilf_payload_record(&p->p, i).ptr));
    flight_end(&all, flight);
    end(r, &all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_failures_all_is_delivered),
        cmocka_unit_test(the_oldest_is_the_one_that_waits_for_reports_for_longest),
        cmocka_unit_test(a_failure_of_some_is_told_record_by_record),
        cmocka_unit_test(the_same_failure_of_all_is_the_payloads),
        cmocka_unit_test(nothing_of_one_payload_is_left_for_the_next),
        cmocka_unit_test(more_reasons_than_there_is_room_for_share_the_last),
        cmocka_unit_test(finds_a_record_by_where_its_value_begins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
