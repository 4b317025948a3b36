/* Tests of cbridge/delivery_complete.c: what a flusher may say wrong about its sends. */
#include "delivery_test.h"

#include <sys/mman.h>

#define CONFIG "{\"Batch\":{\"MaxAge\":0},\"Delivery\":{\"Concurrency\":4,\"Adaptive\":false}%s}"

static struct test_log log_of;
static ilf_host host;

static ilf_flusher *start(const char *more)
{
    char config[512];

    (void)snprintf(config, sizeof(config), CONFIG, more);
    memset(&log_of, 0, sizeof(log_of));
    host = test_host(&log_of);
    return test_start_ops(&test_delivered, &host, config);
}

static void answer_never(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    (void)p;
    a->never = true;
}

/* Take the one send under way from the sink: the test completes it. */
static const ilf_payload *take_send(void)
{
    struct test_send *send;
    const ilf_payload *p;

    wait_until(test_sends() > 0);
    pthread_mutex_lock(&sink->lock);
    send = sink->sends;
    assert_non_null(send);
    sink->sends = send->next;
    sink->under_way--;
    sink->n_sends = 0;
    p = send->payload;
    pthread_mutex_unlock(&sink->lock);
    free(send);
    return p;
}

struct completion {
    ilf_flusher *f;
    const ilf_payload *payload;
    const ilf_result *result;
};

static void *complete(void *completion)
{
    const struct completion *c = completion;

    c->f->host.complete(c->f->host.context, c->payload, c->result);
    return NULL;
}

static void complete_elsewhere(ilf_flusher *f, const ilf_payload *payload, const ilf_result *result)
{
    struct completion c = {f, payload, result};
    pthread_t thread;

    assert_int_equal(0, pthread_create(&thread, NULL, complete, &c));
    pthread_join(thread, NULL);
}

static unsigned lines(const char *text)
{
    unsigned n = 0;

    for (const char *at = log_of.text; (at = strstr(at, text)); at++)
        n++;
    return n;
}

static void refuses_a_completion_of_no_send(void **state)
{
    ilf_payload unknown = {.struct_size = sizeof(unknown), .n_records = 1};
    ilf_result result = {.struct_size = sizeof(result)};
    ilf_flusher *f = start("");

    (void)state;
    f->host.complete(f->host.context, &unknown, &result);
    assert_string_equal("3 flusher_test: a send was completed twice, or never begun\n",
                        log_of.text);
    f->host.complete(f->host.context, NULL, &result);
    f->host.complete(f->host.context, NULL, NULL);
    assert_int_equal(2, lines("completed twice")); /* the 1st and 2nd are told, not each */
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

static void a_late_second_completion_reads_no_freed_memory_and_changes_nothing(void **state)
{
    const ilf_result ok = {.struct_size = sizeof(ok)};
    const ilf_result rejected = {.struct_size = sizeof(ok), .verdict = ILF_REJECT};
    const ilf_payload *p;
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_never;
    f = start("");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    p = take_send();
    complete_elsewhere(f, p, &ok);
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    complete_elsewhere(f, p, &rejected); /* the sanitizer would see a look at it */
    assert_int_equal(1, lines("completed twice"));
    assert_int_equal(0, test_end(f, ILF__END_REJECTED));
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

static void a_completion_from_memory_that_is_gone_is_refused(void **state)
{
    const ilf_result ok = {.struct_size = sizeof(ok)};
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ilf_flusher *f = start("");

    (void)state;
    assert_true(page != MAP_FAILED);
    complete_elsewhere(f, page, &ok);
    assert_int_equal(1, lines("completed twice"));
    assert_int_equal(0, munmap(page, 4096));
    test_stop_with(f, ILF__END_DELIVERED, 0);
}

/* Complete one send of two records with @result; it must be sent again, and is delivered then. */
static void expect_sent_again(const ilf_result *result, const char *log)
{
    const ilf_result ok = {.struct_size = sizeof(ok)};
    const ilf_payload *p;
    ilf_flusher *f;

    sink->answer = answer_never;
    f = start(",\"Retry\":{\"InitialDelay\":\"1ms\"}");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    complete_elsewhere(f, take_send(), result);
    p = take_send();
    assert_int_equal(1, p->attempt);
    assert_int_equal(2, p->n_records);
    complete_elsewhere(f, p, &ok);
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    if (!strstr(log_of.text, log))
        fail_msg("no '%s' in: %s", log, log_of.text);
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

static void a_result_that_says_nothing_is_no_delivery(void **state)
{
    const ilf_result unsized = {.struct_size = 0}, tiny = {.struct_size = sizeof(size_t)};
    static const char why[] = "send: the flusher has ended a send without a verdict; trying again";

    (void)state;
    expect_sent_again(NULL, why);
    expect_sent_again(&unsized, why);
    expect_sent_again(&tiny, why);
}

static void a_verdict_outside_of_the_list_is_to_be_sent_again(void **state)
{
    static const unsigned wrong[] = {5, 9, 255, 0x7fffffff, 0x80000000, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const ilf_result result = {.struct_size = sizeof(result), .verdict = (ilf_verdict)wrong[i]};

        expect_sent_again(&result, "ended a send without a verdict");
    }
}

static void verdicts_of_records_outside_of_the_list_are_to_be_sent_again(void **state)
{
    const uint8_t same[] = {200, 200};
    const ilf_result result = {.struct_size = sizeof(result), .records = same};
    const uint8_t mixed[] = {ILF_DELIVERED, 255};
    const ilf_result half = {.struct_size = sizeof(half), .records = mixed};
    const ilf_result ok = {.struct_size = sizeof(ok)};
    const ilf_payload *p;
    ilf_flusher *f;

    (void)state;
    expect_sent_again(&result, "trying again");
    sink->answer = answer_never;
    f = start(",\"Retry\":{\"InitialDelay\":\"1ms\"}");
    assert_int_equal(ILF_OK, test_flush(f, "a b"));
    complete_elsewhere(f, take_send(), &half);
    p = take_send();
    assert_int_equal(1, p->n_records);
    assert_int_equal(1, test_end(f, ILF__END_DELIVERED));
    complete_elsewhere(f, p, &ok);
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    test_stop_with(f, ILF__END_DELIVERED, 2);
}

static void reasons_that_are_not_there_are_empty(void **state)
{
    const uint8_t verdicts[] = {ILF_RETRY, ILF_RETRY};
    const ilf_str reasons[] = {{NULL, 7}, {NULL, SIZE_MAX}};
    const ilf_result result = {.struct_size = sizeof(result),
                               .records = verdicts,
                               .reasons = reasons,
                               .reason = {NULL, 100}};

    (void)state;
    expect_sent_again(&result, "send: ; trying again");
}

static void a_reason_is_one_line_of_text(void **state)
{
    const ilf_result result = {.struct_size = sizeof(result),
                               .verdict = ILF_RETRY,
                               .reason = S_CONST("two\nlines \xff \x1b[31m")};

    (void)state;
    expect_sent_again(&result, "send: two lines ?  [31m; trying again");
}

static void absurd_numbers_of_a_result_do_no_harm(void **state)
{
    ilf_result result = {.struct_size = SIZE_MAX,
                         .verdict = ILF_RETRY,
                         .flags = 0xffffffff & ~ILF_RESULT_UNREACHED,
                         .code = INT32_MIN,
                         .retry_after = INT64_MIN,
                         .wire_bytes = UINT64_MAX,
                         .reason = S_CONST("absurd")};

    (void)state;
    expect_sent_again(&result, "send: absurd; trying again");
    result.code = INT32_MAX;
    result.retry_after = -1;
    expect_sent_again(&result, "send: absurd; trying again");
}

static void a_verdict_outside_of_the_list_ends_when_retrying_ends(void **state)
{
    const ilf_result result = {.struct_size = sizeof(result), .verdict = (ilf_verdict)17};
    ilf_flusher *f;

    (void)state;
    sink->answer = answer_never;
    f = start(",\"Retry\":{\"MaxRetryTimes\":0}");
    assert_int_equal(ILF_OK, test_flush(f, "a"));
    complete_elsewhere(f, take_send(), &result);
    wait_until(test_end(f, ILF__END_RETRIES) == 1);
    test_stop_with(f, ILF__END_RETRIES, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(refuses_a_completion_of_no_send),
        test_with_sink(a_late_second_completion_reads_no_freed_memory_and_changes_nothing),
        test_with_sink(a_completion_from_memory_that_is_gone_is_refused),
        test_with_sink(a_result_that_says_nothing_is_no_delivery),
        test_with_sink(a_verdict_outside_of_the_list_is_to_be_sent_again),
        test_with_sink(verdicts_of_records_outside_of_the_list_are_to_be_sent_again),
        test_with_sink(reasons_that_are_not_there_are_empty),
        test_with_sink(a_reason_is_one_line_of_text),
        test_with_sink(absurd_numbers_of_a_result_do_no_harm),
        test_with_sink(a_verdict_outside_of_the_list_ends_when_retrying_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
