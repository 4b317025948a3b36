/* Tests of cbridge/gauges.c. */
#include <ilf_test.h>

#include <math.h>

static ilf_flusher *make(const char *config)
{
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_null", NULL, NULL);
    const ilf_route route = {.config = {config, strlen(config)}};

    assert_non_null(f);
    assert_int_equal(ILF_OK, ilf_flusher_init(f, &route, &err));
    return f;
}

/* The lines of the page that begin with @prefix, without the instances' numbers. */
static const char *lines_of(const char *prefix)
{
    static char lines[65536];
    size_t len = ilf_metrics(NULL, 0), n = 0;
    char *page = malloc(len + 1), *save = NULL;

    assert_int_equal(len, ilf_metrics(page, len + 1));
    lines[0] = '\0';
    for (char *line = strtok_r(page, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *number = strstr(line, ",instance=\""), *rest = number ? strchr(number + 11, '"') : "";

        if (strncmp(line, prefix, strlen(prefix)) != 0)
            continue;
        n += (size_t)snprintf(lines + n, sizeof(lines) - n, "%.*s%s\n",
                              (int)(number ? number - line : (int)strlen(line)), line,
                              number ? rest + 1 : "");
    }
    free(page);
    return lines;
}

static bool set(ilf_flusher *f, const char *name, const char *label, const char *of, double value)
{
    const ilf_kv labels = {{label, strlen(label)}, {of, strlen(of)}};

    return f->host.gauge(f, name, "Help.", &labels, *label ? 1 : 0, value);
}

static void shows_what_was_set_last(void **state)
{
    ilf_flusher *f = make("c");

    (void)state;
    assert_true(set(f, "lag", "topic", "a", 1));
    assert_true(set(f, "lag", "topic", "b", 2.5));
    assert_true(set(f, "lag", "topic", "a", 3));
    assert_true(set(f, "level", "", "", -1));
    assert_string_equal(
        "ilf_flusher_lag{flusher=\"flusher_c_null\",config=\"c\",project=\"\",logstore=\"\","
        "topic=\"a\"} 3\n"
        "ilf_flusher_lag{flusher=\"flusher_c_null\",config=\"c\",project=\"\",logstore=\"\","
        "topic=\"b\"} 2.5\n",
        lines_of("ilf_flusher_lag"));
    assert_non_null(strstr(lines_of("ilf_flusher_level"), "} -1\n"));
    assert_string_equal("# TYPE ilf_flusher_lag gauge\n", lines_of("# TYPE ilf_flusher_lag"));
    ilf_flusher_free(f);
    assert_string_equal("", lines_of("ilf_flusher_lag"));
}

static void takes_away_what_is_no_number(void **state)
{
    ilf_flusher *f = make("c");

    (void)state;
    assert_true(set(f, "lag", "topic", "a", 1));
    assert_true(set(f, "lag", "topic", "a", NAN));
    assert_true(set(f, "lag", "topic", "never there", NAN));
    assert_string_equal("", lines_of("ilf_flusher_lag"));
    assert_string_equal("", lines_of("# TYPE ilf_flusher_lag"));
    ilf_flusher_free(f);
}

static void keeps_the_series_of_a_family_together(void **state)
{
    ilf_flusher *a = make("a"), *b = make("b");
    char sequence[64] = "";

    (void)state;
    assert_true(set(a, "lag", "topic", "x", 1));
    assert_true(set(a, "rtt", "broker", "y", 1));
    assert_true(set(b, "rtt", "broker", "y", 2));
    assert_true(set(b, "lag", "topic", "x", 2));
    for (const char *line = lines_of("ilf_flusher_"); *line; line = strchr(line, '\n') + 1)
        (void)snprintf(sequence + strlen(sequence), sizeof(sequence) - strlen(sequence), "%.3s ",
                       line + 12);
    if (strcmp(sequence, "lag lag rtt rtt ") != 0)
        assert_string_equal("rtt rtt lag lag ", sequence);
    ilf_flusher_free(a);
    ilf_flusher_free(b);
}

static void stops_at_the_bound_until_there_is_room(void **state)
{
    ilf_flusher *f = make("c");
    char topic[16];

    (void)state;
    for (int i = 0; i < ILF_GAUGES; i++) {
        (void)snprintf(topic, sizeof(topic), "%d", i);
        assert_true(set(f, "lag", "topic", topic, i));
    }
    assert_false(set(f, "lag", "topic", "one more", 1));
    assert_true(set(f, "lag", "topic", "7", NAN));
    assert_true(set(f, "lag", "topic", "one more", 1));
    assert_true(set(f, "lag", "topic", "8", 9));
    ilf_flusher_free(f);
}

static void refuses_names_that_are_none_and_cleans_labels(void **state)
{
    ilf_flusher *f = make("c");
    char many[600];

    (void)state;
    assert_false(set(f, "Lag", "topic", "a", 1));
    assert_false(set(f, "lag", "to pic", "a", 1));
    assert_true(set(f, "lag", "topic", "a\"\\\n\xff", 1));
    assert_non_null(strstr(lines_of("ilf_flusher_lag"), "topic=\"a\\\"\\\\\\n?\"} 1\n"));
    memset(many, 'm', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    assert_true(set(f, "long", "topic", many, 1)); /* cut */
    memset(many, '"', sizeof(many) - 1);
    for (int i = 0; i < 3; i++) { /* too much of them all together */
        const ilf_kv label = {S_CONST("t"), {many, sizeof(many) - 1}};
        const ilf_kv labels[] = {label, label, label};

        assert_false(f->host.gauge(f, "lag", "Help.", labels, 3, 1));
    }
    ilf_flusher_free(f);
}

static void refuses_what_would_spoil_the_page(void **state)
{
    static const char *const ours[] = {"flusher",  "config",   "project",
                                       "logstore", "instance", "0x"};
    const ilf_kv twice[] = {{S_CONST("a"), S_CONST("1")}, {S_CONST("a"), S_CONST("2")}};
    ilf_flusher *f = make("c"), *other = make("d");
    char name[300];

    (void)state;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_false(set(f, "lag", ours[i], "x", 1));
    assert_false(f->host.gauge(f, "lag", "Help.", twice, 2, 1));
    f->host.counter_add(f, f->host.counter(f, "both", "A counter."), 3);
    assert_false(set(other, "both", "", "", 1)); /* a family has one type */
    assert_true(set(f, "level", "", "", 1));
    other->host.counter_add(other, other->host.counter(other, "level", "No gauge."), 7);
    assert_string_equal("# TYPE ilf_flusher_both counter\n", lines_of("# TYPE ilf_flusher_both"));
    assert_string_equal("# TYPE ilf_flusher_level gauge\n", lines_of("# TYPE ilf_flusher_level"));
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_false(set(f, name, "", "", 1));
    ilf_flusher_free(other);
    ilf_flusher_free(f);
}

static void a_help_that_is_no_text_is_shown_as_text(void **state)
{
    ilf_flusher *f = make("c");

    (void)state;
    assert_true(f->host.gauge(f, "odd", "a\xff", NULL, 0, 1));
    assert_non_null(f->host.counter(f, "odder_total", "b\xff"));
    assert_string_equal("# HELP ilf_flusher_odder_total b?\n# HELP ilf_flusher_odd a?\n",
                        lines_of("# HELP ilf_flusher_odd"));
    ilf_flusher_free(f);
}

static void counters_too_have_a_bound(void **state)
{
    ilf_flusher *f = make("c");
    char name[32];

    (void)state;
    for (int i = 0; i < ILF__COUNTERS + 10; i++) {
        (void)snprintf(name, sizeof(name), "n%d_total", i);
        f->host.counter_add(f, f->host.counter(f, name, "Many."), 1);
    }
    (void)snprintf(name, sizeof(name), "ilf_flusher_n%d_total{", ILF__COUNTERS - 1);
    assert_non_null(strstr(lines_of(name), " 1\n"));
    (void)snprintf(name, sizeof(name), "ilf_flusher_n%d_total{", ILF__COUNTERS);
    assert_string_equal("", lines_of(name));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_what_was_set_last),
        cmocka_unit_test(takes_away_what_is_no_number),
        cmocka_unit_test(keeps_the_series_of_a_family_together),
        cmocka_unit_test(stops_at_the_bound_until_there_is_room),
        cmocka_unit_test(refuses_names_that_are_none_and_cleans_labels),
        cmocka_unit_test(refuses_what_would_spoil_the_page),
        cmocka_unit_test(a_help_that_is_no_text_is_shown_as_text),
        cmocka_unit_test(counters_too_have_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
