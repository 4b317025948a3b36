/* Tests of flushers/common/influx.c: escapes of the line protocol. */
#include <ilf_test.h>

#include "../../../flushers/common/influx.h"

static struct ilf__text text;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&text);
    return 0;
}

static void assert_text(const char *want)
{
    assert_int_equal(strlen(want), text.len);
    assert_memory_equal(want, text.ptr, text.len);
    text.len = 0;
}

static void escapes_what_separates(void **state)
{
    (void)state;
    ilf__influx_put_name(&text, S("a,b c=d\\"));
    assert_text("a\\,b\\ c=d\\");
    ilf__influx_put_key(&text, S("a,b c=d\n"));
    assert_text("a\\,b\\ c\\=d\n");
    ilf__influx_put_key(&text, S(""));
    assert_int_equal(0, text.len);
    ilf__influx_put_key(&text, S(" "));
    assert_text("\\ ");
}

static void keeps_nul_bytes(void **state)
{
    (void)state;
    ilf__influx_put_key(&text, S("a\0b"));
    assert_int_equal(3, text.len);
    assert_memory_equal("a\0b", text.ptr, 3);
    text.len = 0;
}

static void quotes_strings(void **state)
{
    (void)state;
    assert_true(ilf__influx_put_string(&text, S("a\"b\\c\n\r\t\xc3\xa9")));
    assert_text("\"a\\\"b\\\\c\\n\\r\\t\xc3\xa9\"");
}

static void refuses_strings_that_are_no_utf8(void **state)
{
    const ilf_str bad[] = {S("\xff"), S("a\xc3"), S("\xed\xa0\x80"), S("\xf4\x90\x80\x80")};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(ilf__influx_put_string(&text, bad[i]));
    text.len = 0;
}

static void sorts_tags(void **state)
{
    ilf_kv tags[] = {{S("b"), S("2")}, {S("B"), S("3")}, {S("a"), S("1 x")}};

    (void)state;
    ilf__influx_put_tags(&text, tags, 3);
    assert_text(",B=3,a=1\\ x,b=2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_separates),
        cmocka_unit_test(keeps_nul_bytes),
        cmocka_unit_test(quotes_strings),
        cmocka_unit_test(refuses_strings_that_are_no_utf8),
        cmocka_unit_test(sorts_tags),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
