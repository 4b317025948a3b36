/* Tests of cbridge/delivery_bury.c. */
#include "delivery_test.h"

static void answer_reject(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->result.verdict = ILF_REJECT;
    a->result.code = 400;
    a->result.reason = S("bad request");
}

static void a_letter_has_the_record_with_reason_code_and_tries(void **state)
{
    char config[512];
    size_t len;
    char *letters;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_reject;
    (void)snprintf(config, sizeof(config),
                   "{\"Batch\":{\"MaxAge\":0},\"DeadLetters\":{\"Path\":\"%s\"}}",
                   test_path("dead"));
    f = test_start_ops(&test_delivered, NULL, config);
    assert_int_equal(ILF_OK, test_flush(f, "dest/key/body1 dest/key/body2"));
    wait_until(test_queued(f) == 0);
    letters = test_read_file(test_path("dead"), &len);
    for (const char *part = "body1\0body2\0dest\0bad request\0"
                            "400\0flusher_test\0";
         *part; part += strlen(part) + 1)
        if (!strstr(letters, part))
            fail_msg("no %s in %s", part, letters);
    free(letters);
    test_stop_with(f, ILF__END_DEAD, 2);
}

static void losses_are_told_the_1st_2nd_4th_time(void **state)
{
    struct test_lines lines = {.len = 0};
    ilf_host host = test_lines_host(&lines);
    size_t told = 0;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_reject;
    f = test_start_ops(&test_delivered, &host, "{\"Batch\":{\"MaxRecords\":1}}");
    assert_int_equal(ILF_OK, test_flush(f, "1 2 3 4 5 6 7"));
    wait_until(test_queued(f) == 0);
    test_stop_with(f, ILF__END_REJECTED, 7);
    lines.text[lines.len] = '\0';
    for (char *p = lines.text; (p = strstr(p, "lost 1 records (rejected): bad request; set")); p++)
        told++;
    assert_int_equal(3, told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(a_letter_has_the_record_with_reason_code_and_tries),
        test_with_sink(losses_are_told_the_1st_2nd_4th_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
