/* Tests of cbridge/encoder.c. */
#include "encoder.h"

#include "ilf_test.h"

static void a_record_whose_text_is_not_there_is_rejected_and_counted(void **state)
{
    static const char text[] = "text";
    const ilf_record wrong[] = {
        {.body = {NULL, 5}, .n_events = 1},
        {.body = {NULL, SIZE_MAX}, .n_events = 1},
        {.body = {text, 4}, .destination = {NULL, 1}, .n_events = 1},
        {.body = {text, 4}, .destination = {text, SIZE_MAX}, .n_events = 1},
        {.body = {text, 4}, .key = {NULL, 1}, .n_events = 1},
        {.body = {text, 4}, .key = {text, ILF__NAME_MAX + 1}, .n_events = 1},
    };
    const size_t n = sizeof(wrong) / sizeof(wrong[0]);
    struct ilf__collector c = {.n_lanes = 4};

    (void)state;
    ilf__collect_begin(&c, 1, 1);
    ilf__encoder_open(&c);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(ILF_OK, ilf__encoder_put(&c, &wrong[i]));
    assert_int_equal(0, c.open.records);
    assert_int_equal(n, c.rejects.events);
    assert_non_null(strstr(c.rejects.first->why, "a record whose text is not there"));
    assert_int_equal(ILF_ERR_DROP, ilf__encoder_put(&c, NULL));
    ilf__collect_dispose(&c);
}

static void a_reject_without_text_or_reason_is_counted(void **state)
{
    struct ilf__collector c = {0};

    (void)state;
    ilf__collect_begin(&c, 1, 1);
    ilf__encoder_open(&c);
    assert_int_equal(ILF_OK, ilf__encoder_reject(&c, (ilf_str){NULL, 9}, 2, NULL));
    assert_int_equal(2, c.rejects.events);
    assert_int_equal(0, c.rejects.first->text.len);
    assert_string_equal("the flusher gives no reason", c.rejects.first->why);
    assert_int_equal(ILF_OK, ilf__encoder_reject(&c, S("x"), 1, "two\nlines"));
    assert_string_equal("two lines", c.rejects.first->next->why);
    ilf__collect_dispose(&c);
}

static void an_encoder_that_was_kept_takes_nothing(void **state)
{
    const ilf_record record = {.body = S_CONST("text"), .n_events = 1};
    struct ilf__collector c = {0};

    (void)state;
    assert_int_equal(ILF_ERR_DROP, ilf__encoder_put(&c, &record));
    ilf__collect_begin(&c, 1, 1);
    ilf__encoder_open(&c);
    assert_int_equal(ILF_OK, ilf__encoder_put(&c, &record));
    ilf__encoder_close(&c);
    assert_int_equal(ILF_ERR_DROP, ilf__encoder_put(&c, &record));
    assert_int_equal(ILF_ERR_DROP, ilf__encoder_reject(&c, S("x"), 1, "behind"));
    assert_int_equal(1, c.open.records);
    assert_int_equal(0, c.rejects.events);
    ilf__collect_dispose(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_whose_text_is_not_there_is_rejected_and_counted),
        cmocka_unit_test(a_reject_without_text_or_reason_is_counted),
        cmocka_unit_test(an_encoder_that_was_kept_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
