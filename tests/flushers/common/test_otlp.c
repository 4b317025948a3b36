/* Tests of flushers/common/otlp.c: where an item ends. */
#include "otlp_test.h"

static char large[600 * 1024];
static const ilf_kv kv = {S_CONST("content"), {large, sizeof(large)}};
static const ilf_log logs[] = {{.contents = &kv, .n_contents = 1},
                               {.contents = &kv, .n_contents = 1},
                               {.contents = &kv, .n_contents = 1}};
static const ilf_group group = {.logs = logs, .n_logs = 3};

#define LOG "2{11=now 5{1\"614400 times x\"} 6{1\"host.ip\" 2{1\"\"}}}"

static void ends_an_item_that_is_large_enough(void **state)
{
    (void)state;
    memset(large, 'x', sizeof(large));
    start("otlp_v1", "none");
    assert_group("0+2{1{1{} 2{" LOG " " LOG "}}}\n2+1{1{1{} 2{" LOG "}}}\n", &group);
}

/* Protobuf merges what is repeated: that is how a flusher puts records together. */
static void items_one_behind_the_other_are_a_request_too(void **state)
{
    const ilf_log none = {.time = 0};
    const ilf_group one = {.logs = &none, .n_logs = 1};

    (void)state;
    start("otlp_v1", "none");
    assert_works(ilf__format_group(&format, &one, &text, &sink, &err));
    assert_works(ilf__format_group(&format, &one, &text, &sink, &err));
    got.len = 0;
    assert_message("{1{1{} 2{2{11=now 6{1\"host.ip\" 2{1\"\"}}}}} "
                   "1{1{} 2{2{11=now 6{1\"host.ip\" 2{1\"\"}}}}}}",
                   "Logs");
}

static ilf_status empty(void *context, struct ilf__text *from, const struct ilf__item *item)
{
    (void)context;
    from->len = item->start;
    return take_status;
}

static void lets_the_sink_empty_the_text(void **state)
{
    const struct ilf__sink emptying = {NULL, empty, keep_refusal};

    (void)state;
    start("otlp_v1", "none");
    ilf__text_put_char(&text, '!');
    assert_works(ilf__format_group(&format, &group, &text, &emptying, &err));
    assert_int_equal(1, text.len);
}

static void ends_the_group_with_what_the_sink_says(void **state)
{
    ilf_error err;

    (void)state;
    start("otlp_v1", "none");
    take_status = ILF_ERR_RETRY;
    assert_int_equal(ILF_ERR_RETRY, ilf__format_group(&format, &group, &text, &sink, &err));
    assert_kept("0+2{1{1{} 2{" LOG " " LOG "}}}\n");
}

static size_t count(const char *what)
{
    size_t n = 0;

    for (const char *p = strstr(got.text, what); p; p = strstr(p + 1, what))
        n++;
    return n;
}

static void out_of_memory_leaves_the_items_before_as_they_are(void **state)
{
    ilf_status status = ILF_ERR_NOMEM;
    size_t left[3] = {0};

    (void)state;
    for (long n = 0; status != ILF_OK; n++) {
        ilf_error err;
        size_t items;

        start("otlp_v1", "none");
        got.len = 0;
        got.text[0] = '\0';
        reallocs = n;
        status = ilf__format_group(&format, &group, &text, &sink, &err);
        reallocs = LONG_MAX;
        assert_int_equal(status == ILF_OK ? ILF_OK : ILF_ERR_NOMEM, status);
        items = count("\n");
        got.len = 0;
        show_message("Logs", (const unsigned char *)text.ptr, text.len);
        assert_int_equal(items, count("1{1{} 2{"));
        left[items]++;
        ilf__text_dispose(&text);
        ilf__format_dispose(&format);
        assert_true(n < 100);
    }
    assert_true(left[0] > 0 && left[2] == 1);
    got.len = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(ends_an_item_that_is_large_enough),
        test_format(items_one_behind_the_other_are_a_request_too),
        test_format(lets_the_sink_empty_the_text),
        test_format(ends_the_group_with_what_the_sink_says),
        test_format(out_of_memory_leaves_the_items_before_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
