/* Tests of flushers/common/go_value.c: values as Go prints them. */
#include <ilf_test.h>

#include <math.h>

#include "../../../flushers/common/go_value.h"

static struct ilf__text text;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&text);
    return 0;
}

static void check(const char *want, ilf_value value, bool bytes_as_text)
{
    ilf__go_value_put(&text, &value, bytes_as_text);
    assert_int_equal(strlen(want), text.len);
    assert_memory_equal(want, text.ptr, text.len);
    text.len = 0;
}

static void prints_each_type(void **state)
{
    (void)state;
    check("<nil>", (ilf_value){.type = ILF_VALUE_NULL}, true);
    check("<nil>", (ilf_value){.type = 99}, true);
    check("a b", (ilf_value){.type = ILF_VALUE_STRING, .as.str = S("a b")}, true);
    check("true", (ilf_value){.type = ILF_VALUE_BOOL, .as.boolean = true}, true);
    check("-7", (ilf_value){.type = ILF_VALUE_INT, .bits = 64, .as.i = -7}, true);
    check("18446744073709551615",
          (ilf_value){.type = ILF_VALUE_UINT, .bits = 64, .as.u = UINT64_MAX}, true);
    check("1e+21", (ilf_value){.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = 1e21}, true);
    check("0.1", (ilf_value){.type = ILF_VALUE_FLOAT, .bits = 32, .as.f = 0.1f}, true);
    check("NaN", (ilf_value){.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = NAN}, true);
    check("-Inf", (ilf_value){.type = ILF_VALUE_FLOAT, .bits = 64, .as.f = -INFINITY}, true);
}

static void prints_bytes_as_text_only_where_asked(void **state)
{
    const ilf_value bytes = {.type = ILF_VALUE_BYTES, .as.str = S("raw")};

    (void)state;
    check("raw", bytes, true);
    check("[114 97 119]", bytes, false);
    check("[[114 97 119]]", (ilf_value){.type = ILF_VALUE_ARRAY, .as.array = {&bytes, 1}}, true);
}

static void prints_what_is_inside(void **state)
{
    const ilf_value numbers[] = {{.type = ILF_VALUE_INT, .bits = 64, .as.i = 1},
                                 {.type = ILF_VALUE_NULL}};
    const ilf_field fields[] = {{S("a"), numbers[0]}, {S("b"), numbers[1]}};

    (void)state;
    check("[1 <nil>]", (ilf_value){.type = ILF_VALUE_ARRAY, .as.array = {numbers, 2}}, true);
    check("map[a:1 b:<nil>]", (ilf_value){.type = ILF_VALUE_MAP, .as.map = {fields, 2}}, true);
    check("[]", (ilf_value){.type = ILF_VALUE_ARRAY}, true);
}

static void ends_in_what_holds_itself(void **state)
{
    ilf_value self = {.type = ILF_VALUE_ARRAY};

    (void)state;
    self.as.array.items = &self;
    self.as.array.n = 1;
    ilf__go_value_put(&text, &self, true);
    assert_true(text.len < 200);
    text.len = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_each_type),
        cmocka_unit_test(prints_bytes_as_text_only_where_asked),
        cmocka_unit_test(prints_what_is_inside),
        cmocka_unit_test(ends_in_what_holds_itself),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
