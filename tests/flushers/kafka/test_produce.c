/* Tests of flushers/kafka/produce.c, against librdkafka's mock cluster. */
#include "kafka_test.h"

static void headers_and_times_arrive(void **state)
{
    struct rig *r = test_rig(1, 1, false, NULL);
    struct test_payload *p = test_payload(r, "a");
    struct ilf__text headers = {0};
    const char *bootstraps = rd_kafka_mock_cluster_bootstraps(r->cluster);
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_message_t *m = NULL;
    rd_kafka_headers_t *got;
    const char *name;
    const void *value;
    size_t len;
    rd_kafka_t *rk;

    (void)state;
    r->s.headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(r->s.headers, "same", -1, "for all", -1);
    test_begin(r);
    frame_put_header(&headers, S("own"), S("1"));
    frame_put_header(&headers, S("own"), S("")); /* names may repeat */
    ilf__text_put(&p->bytes, "v", 1);
    frame_end(&p->bytes, NULL, (ilf_str){headers.ptr, headers.len}, 1700000000123);
    test_add_bytes(p);
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    test_set(conf, "bootstrap.servers", bootstraps);
    test_set(conf, "group.id", "reader");
    rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    rd_kafka_topic_partition_list_add(list, "a", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(rk, list);
    for (int i = 0; i < 100 && !m; i++)
        m = rd_kafka_consumer_poll(rk, 200);
    assert_non_null(m);
    assert_int_equal(0, m->err);
    assert_int_equal(1700000000123, rd_kafka_message_timestamp(m, NULL));
    assert_int_equal(0, rd_kafka_message_headers(m, &got));
    assert_int_equal(3, rd_kafka_header_cnt(got));
    assert_int_equal(0, rd_kafka_header_get_all(got, 0, &name, &value, &len));
    assert_string_equal("same", name);
    assert_int_equal(7, len);
    assert_int_equal(0, rd_kafka_header_get_all(got, 1, &name, &value, &len));
    assert_string_equal("own", name);
    assert_int_equal(0, rd_kafka_header_get_all(got, 2, &name, &value, &len));
    assert_int_equal(0, len);
    rd_kafka_message_destroy(m);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    ilf__text_dispose(&headers);
    test_end(r);
}

static void what_is_no_frame_is_refused_and_the_rest_goes_on(void **state)
{
    struct rig *r = test_begin(test_rig(1, 1, false, NULL));
    struct test_payload *p = test_payload(r, "a"), *nowhere = test_payload(r, "no topic!");

    (void)state;
    ilf__text_put(&p->bytes, "from elsewhere", 14);
    test_add_bytes(p);
    test_add(p, NULL, "good");
    sender_send(&r->s, &p->p);
    assert_true(test_wait(r, p)->by_record);
    assert_int_equal(ILF_REJECT, p->ended.records[0]);
    assert_int_equal(ILF_DELIVERED, p->ended.records[1]);
    test_add(nowhere, NULL, "v");
    sender_send(&r->s, &nowhere->p);
    assert_int_equal(ILF_REJECT, nowhere->ended.verdict);
    test_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_and_times_arrive),
        cmocka_unit_test(what_is_no_frame_is_refused_and_the_rest_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
