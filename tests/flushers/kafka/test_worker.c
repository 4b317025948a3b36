/* Tests of flushers/kafka/worker.c. */
#include "../../../flushers/kafka/worker.h"

#include "ilf_test.h"

static rd_kafka_t *client(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];

    assert_int_equal(0, rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", text, 256));
    assert_int_equal(0, rd_kafka_conf_set(conf, "transactional.id", "me", text, 256));
    assert_int_equal(0, rd_kafka_conf_set(conf, "log_level", "0", text, 256));
    return rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
}

static void count(void *context)
{
    atomic_fetch_add((atomic_uint *)context, 1);
}

static struct worker_result wait_for(struct worker *w)
{
    struct worker_result result;

    for (int i = 0; i < 3000; i++) {
        if (worker_done(w, &result))
            return result;
        usleep(10000);
    }
    fail_msg("the worker does not end");
    return result;
}

static void tells_how_a_call_has_ended(void **state)
{
    struct worker w = {0};
    struct worker_result result;
    atomic_uint told = 0;
    rd_kafka_t *rk = client();

    (void)state;
    assert_true(worker_start(&w, count, &told));
    assert_false(worker_done(&w, &result));
    worker_do(&w, WORKER_COMMIT, rk); /* before there is a transaction */
    result = wait_for(&w);
    assert_int_equal(WORKER_COMMIT, result.job);
    assert_int_equal(RD_KAFKA_RESP_ERR__STATE, result.code);
    assert_true(*result.text);
    assert_false(worker_done(&w, &result)); /* once */
    worker_stop(&w);
    assert_int_equal(1, atomic_load(&told));
    rd_kafka_destroy(rk);
}

static void goes_on_until_it_is_told_to_hurry(void **state)
{
    struct worker w = {0};
    struct worker_result result;
    atomic_uint told = 0;
    rd_kafka_t *rk = client();

    (void)state;
    assert_true(worker_start(&w, count, &told));
    worker_do(&w, WORKER_INIT, rk);
    for (int i = 0; i < 12; i++) /* for more than one call */
        usleep(100000);
    assert_false(worker_done(&w, &result));
    worker_hurry(&w);
    result = wait_for(&w);
    assert_int_equal(WORKER_INIT, result.job);
    assert_int_equal(RD_KAFKA_RESP_ERR__TIMED_OUT, result.code);
    assert_false(result.fatal);
    worker_stop(&w);
    worker_stop(&w); /* does no harm */
    rd_kafka_destroy(rk);
}

static void stops_with_a_job_under_way(void **state)
{
    struct worker w = {0};
    atomic_uint told = 0;
    rd_kafka_t *rk = client();

    (void)state;
    assert_true(worker_start(&w, count, &told));
    worker_do(&w, WORKER_INIT, rk);
    worker_stop(&w);
    assert_int_equal(1, atomic_load(&told));
    rd_kafka_destroy(rk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_how_a_call_has_ended),
        cmocka_unit_test(goes_on_until_it_is_told_to_hurry),
        cmocka_unit_test(stops_with_a_job_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
