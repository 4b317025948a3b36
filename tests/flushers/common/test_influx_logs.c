/* Tests of flushers/common/influx_logs.c: metric logs in the line protocol. */
#include "format_test.h"

/* A log whose contents are @name, @labels, @value, @type and @field; NULL: it has none. */
static const ilf_log *metric(const char *name, const char *labels, const char *value,
                             const char *type, const char *field)
{
    static const char *const keys[] = {"__name__", "__labels__", "__value__", "__type__",
                                       "__field__"};
    const char *const values[] = {name, labels, value, type, field};
    static ilf_kv kv[4][5];
    static ilf_log logs[4];
    static size_t next;
    size_t i = next++ % 4;

    logs[i] = (ilf_log){.contents = kv[i]};
    for (size_t k = 0; k < 5; k++)
        if (values[k])
            kv[i][logs[i].n_contents++] =
                (ilf_kv){{keys[k], strlen(keys[k])}, {values[k], strlen(values[k])}};
    return &logs[i];
}

static const ilf_group *group_of(const ilf_log *log)
{
    static ilf_group group;

    group = (ilf_group){.logs = log, .n_logs = 1};
    return &group;
}

static void writes_each_type_of_value(void **state)
{
    (void)state;
    start("influxdb", "custom");
    assert_group("0+1 cpu,a=1\\ x,b=2 idle=3.5\n\n",
                 group_of(metric("cpu:idle", "b#$#2|a#$#1 x", "3.5", NULL, "idle")));
    assert_group("0+1 m value=-42i\n\n", group_of(metric("m", NULL, "-42", "int", NULL)));
    assert_group("0+1 m value=true\n\n", group_of(metric("m", NULL, "T", "bool", NULL)));
    assert_group("0+1 m value=\"a\\\"b\"\n\n", group_of(metric("m", NULL, "a\"b", "string", NULL)));
    assert_group("0+1 m value=1e+06\n\n", group_of(metric("m", NULL, "1000000", "other", NULL)));
}

static void glues_labels_that_hold_bars(void **state)
{
    const char *const cases[][2] = {
        {"a#$#1|b", ",a=1|b"},
        {"|a#$#1", ",a=1"},
        {"a#$#1|", ",a=1"},
        {"a#$#1||b#$#2", ",a=1|,b=2"},
        {"||", ""},
        {"#$#v", ""}, /* empty tags are none */
        {"a#$#", ""},
        {"b#$#1|a#$#2|b#$#3", ",a=2,b=3"},
        {"a#$#b#$#c", ",a=b#$#c"},
        {"a#$|b#$#1", ",a#$|b=1"},
    };

    (void)state;
    start("influxdb", "custom");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char want[64];

        (void)snprintf(want, sizeof(want), "0+1 m%s value=1\n\n", cases[i][1]);
        assert_group(want, group_of(metric("m", cases[i][0], "1", NULL, NULL)));
    }
}

static void refuses_what_is_no_metric(void **state)
{
    (void)state;
    start("influxdb", "custom");
    assert_group("refused 0: no metric: it lacks __name__ or __value__\n",
                 group_of(metric("m", NULL, NULL, NULL, NULL)));
    assert_group("refused 0: __value__ is not a finite number\n",
                 group_of(metric("m", NULL, "nan", NULL, NULL)));
    assert_group("refused 0: __value__ is not a 64-bit integer\n",
                 group_of(metric("m", NULL, "9223372036854775808", "int", NULL)));
    assert_group("refused 0: __value__ is neither true nor false\n",
                 group_of(metric("m", NULL, "yes", "bool", NULL)));
    assert_group("refused 0: __value__ is not valid UTF-8\n",
                 group_of(metric("m", NULL, "\xff", "string", NULL)));
    assert_group("refused 0: __labels__ holds a key without #$# and a value\n",
                 group_of(metric("m", "a|", "1", NULL, NULL)));
    assert_group("refused 0: influxdb: the name is empty\n",
                 group_of(metric(":f", NULL, "1", NULL, "f")));
    assert_group("refused 0: influxdb: the value of a tag holds a newline\n",
                 group_of(metric("m", "a#$#1\n2", "1", NULL, NULL)));
    assert_group("refused 0: influxdb: the key of a field ends with a backslash\n",
                 group_of(metric("m", NULL, "1", NULL, "f\\")));
}

static void bad_then_good(ilf_log logs[2])
{
    logs[0] = *metric("bad", NULL, NULL, NULL, NULL);
    logs[1] = *metric("good", NULL, "1", NULL, NULL);
}

/* Natively the bad one costs the whole group. */
static void keeps_the_good_logs_of_a_group_with_a_bad_one(void **state)
{
    ilf_log logs[2];
    const ilf_group group = {.logs = logs, .n_logs = 2};

    (void)state;
    bad_then_good(logs);
    start("influxdb", "custom");
    assert_group("refused 0: no metric: it lacks __name__ or __value__\n1+1 good value=1\n\n",
                 &group);
}

static void loses_the_group_only_when_asked_to(void **state)
{
    ilf_log logs[2];
    const ilf_group group = {.logs = logs, .n_logs = 2};

    (void)state;
    bad_then_good(logs);
    convert.ignore_unexpected_data = false;
    start("influxdb", "custom");
    assert_fails(ILF_ERR_DROP, "format: log 0: no metric: it lacks __name__ or __value__",
                 ilf__format_group(&format, &group, &text, &sink, &err));
    assert_kept("");
    assert_int_equal(0, text.len);
}

static void selects_tags_by_their_raw_names(void **state)
{
    const ilf_kv tags[] = {{S("__tag__:db"), S("d")}, {S("plain"), S("p")}};
    ilf_group group = *group_of(metric("m", NULL, "1", NULL, NULL));

    (void)state;
    group.tags = tags;
    group.n_tags = 2;
    want_field("tag.db");
    want_field("plain");
    want_field("db");
    start("influxdb", "custom");
    assert_group("0+1 m value=1\n d p -\n", &group);
}

static void survives_a_lack_of_memory(void **state)
{
    const ilf_log *log = metric("m", "a#$#1|b#$#2", "1.5", NULL, NULL);

    (void)state;
    convert.protocol = "influxdb";
    convert.encoding = "custom";
    assert_survives("0+1 m,a=1,b=2 value=1.5\n\n",
                    ilf__format_group(&format, group_of(log), &text, &sink, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(writes_each_type_of_value),
        test_format(glues_labels_that_hold_bars),
        test_format(refuses_what_is_no_metric),
        test_format(keeps_the_good_logs_of_a_group_with_a_bad_one),
        test_format(loses_the_group_only_when_asked_to),
        test_format(selects_tags_by_their_raw_names),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
