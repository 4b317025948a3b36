/* Tests of cbridge/metrics.c. */
#include <ilf_test.h>

#include <ctype.h>

/* --- A reader of the exposition format, as strict as the writer ought to be --------------------
 */

struct series {
    char family[256];
    char labels[2048]; /* as written, without braces */
    unsigned long long value;
};

static struct {
    struct series series[400];
    size_t n;
    char families[100][256], help[100][512];
    size_t n_families;
} got;

static const char *read_name(const char *p, char *name, size_t size)
{
    size_t n = 0;

    assert_true(isalpha((unsigned char)*p) || *p == '_');
    while (isalnum((unsigned char)*p) || *p == '_') {
        assert_true(n + 1 < size);
        name[n++] = *p++;
    }
    name[n] = '\0';
    return p;
}

static const char *read_labels(const char *p)
{
    for (;;) {
        char name[64];

        p = read_name(p, name, sizeof(name));
        assert_memory_equal("=\"", p, 2);
        for (p += 2; *p != '"'; p++) {
            assert_true(*p != '\0' && *p != '\n');
            if (*p == '\\') {
                p++;
                assert_true(*p == '\\' || *p == '"' || *p == 'n');
            }
        }
        p++;
        if (*p != ',')
            return p;
        p++;
    }
}

/* Read one line into @got; returns the next. */
static const char *read_line(const char *p)
{
    struct series *series = &got.series[got.n];
    const char *end = strchr(p, '\n'), *labels;
    char *after;

    assert_non_null(end);
    if (strncmp(p, "# HELP ", 7) == 0) {
        char *family = got.families[got.n_families];

        assert_true(got.n_families < 100);
        p = read_name(p + 7, family, 256);
        for (size_t i = 0; i < got.n_families; i++) /* each family once */
            assert_string_not_equal(got.families[i], family);
        assert_int_equal(' ', *p);
        (void)snprintf(got.help[got.n_families++], 512, "%.*s", (int)(end - p - 1), p + 1);
        assert_int_equal(0, strncmp(end + 1, "# TYPE ", 7)); /* which comes next */
    } else if (strncmp(p, "# TYPE ", 7) == 0) {
        char family[256];

        p = read_name(p + 7, family, sizeof(family));
        assert_string_equal(got.families[got.n_families - 1], family);
        assert_memory_equal(" counter\n", p, 9);
    } else {
        assert_true(got.n < 400 && got.n_families > 0);
        p = read_name(p, series->family, sizeof(series->family));
        assert_string_equal(got.families[got.n_families - 1], series->family);
        assert_int_equal('{', *p);
        labels = p + 1;
        p = read_labels(labels);
        (void)snprintf(series->labels, sizeof(series->labels), "%.*s", (int)(p - labels), labels);
        assert_memory_equal("} ", p, 2);
        assert_true(isdigit((unsigned char)p[2]));
        series->value = strtoull(p + 2, &after, 10);
        if (*after == '.') /* only seconds are no whole number: in billionths */
            series->value = series->value * 1000000000 + strtoull(after + 1, &after, 10);
        assert_ptr_equal(end, after);
        for (size_t i = 0; i < got.n; i++) /* no series twice */
            assert_true(strcmp(got.series[i].family, series->family) != 0 ||
                        strcmp(got.series[i].labels, series->labels) != 0);
        got.n++;
    }
    return end + 1;
}

static void scrape(void)
{
    size_t len = ilf_metrics(NULL, 0);
    char *text = malloc(len + 1);

    assert_int_equal(len, ilf_metrics(text, len + 1));
    assert_int_equal(len, strlen(text));
    memset(&got, 0, sizeof(got));
    for (const char *p = text; *p;)
        p = read_line(p);
    free(text);
}

/* The value of the series of @family whose labels hold @part, which must be one. */
static unsigned long long value_of(const char *family, const char *part)
{
    const struct series *found = NULL;

    for (size_t i = 0; i < got.n; i++) {
        if (strcmp(got.series[i].family, family) == 0 && strstr(got.series[i].labels, part)) {
            assert_null(found);
            found = &got.series[i];
        }
    }
    if (!found)
        fail_msg("no %s{%s}", family, part);
    return found->value;
}

static size_t count_family(const char *family)
{
    size_t n = 0;

    for (size_t i = 0; i < got.n; i++)
        n += strcmp(got.series[i].family, family) == 0;
    return n;
}

static const char *help_of(const char *family)
{
    for (size_t i = 0; i < got.n_families; i++)
        if (strcmp(got.families[i], family) == 0)
            return got.help[i];
    return "none";
}

/* --- Instances -------------------------------------------------------------------------------- */

static ilf_flusher *make(const char *name, ilf_str config)
{
    const ilf_route route = {.project = S("p"), .logstore = S("l"), .config = config};
    ilf_flusher *f = ilf_flusher_new(name, NULL, NULL);

    assert_non_null(f);
    assert_works(ilf_flusher_init(f, &route, &err));
    return f;
}

static ilf_counter *counter(ilf_flusher *f, const char *name, const char *help)
{
    return f->host.counter(f->host.context, name, help);
}

static void is_empty_without_instances(void **state)
{
    char buf[4] = "abc";

    (void)state;
    assert_int_equal(0, ilf_metrics(NULL, 0));
    assert_int_equal(0, ilf_metrics(buf, sizeof(buf)));
    assert_string_equal("", buf);
}

static void shows_what_an_instance_counts(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("c"));
    char instance[64];

    (void)state;
    (void)snprintf(instance, sizeof(instance), "instance=\"%llu\"",
                   (unsigned long long)f->metrics.labels.id);
    f->metrics.flushes = 1;
    f->metrics.records = 2;
    f->metrics.bytes = 3;
    f->metrics.delivered = 4;
    f->metrics.dropped = 5;
    f->metrics.given_up = 6;
    f->metrics.unconvertible = 7;
    f->metrics.malformed = 8;
    f->metrics.retries = 9;
    f->metrics.busy_ns = UINT64_MAX;
    scrape();
    assert_int_equal(8, got.n_families);
    assert_int_equal(11, got.n);
    assert_int_equal(1, value_of("ilf_flushes_total", instance));
    assert_int_equal(2, value_of("ilf_records_accepted_total", instance));
    assert_int_equal(3, value_of("ilf_bytes_accepted_total", instance));
    assert_int_equal(4, value_of("ilf_records_delivered_total", instance));
    assert_int_equal(5, value_of("ilf_records_dropped_total", "reason=\"refused\""));
    assert_int_equal(6, value_of("ilf_records_dropped_total", "reason=\"gave_up\""));
    assert_int_equal(7, value_of("ilf_records_dropped_total", "reason=\"no_equivalent\""));
    assert_int_equal(8, value_of("ilf_batches_malformed_total", instance));
    assert_int_equal(9, value_of("ilf_retries_total", instance));
    assert_int_equal(UINT64_MAX, value_of("ilf_flush_seconds_total", instance));
    ilf_flusher_free(f);
}

static void writes_a_family_just_so(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("c"));
    char text[8192], want[512];

    (void)state;
    f->metrics.flushes = 7;
    (void)snprintf(want, sizeof(want),
                   "# HELP ilf_flushes_total Calls of flush and export.\n"
                   "# TYPE ilf_flushes_total counter\n"
                   "ilf_flushes_total{flusher=\"flusher_c_null\",config=\"c\",project=\"p\","
                   "logstore=\"l\",instance=\"%llu\"} 7\n"
                   "# HELP ilf_records_accepted_total ",
                   (unsigned long long)f->metrics.labels.id);
    assert_in_range(ilf_metrics(text, sizeof(text)), strlen(want), sizeof(text) - 1);
    text[strlen(want)] = '\0';
    assert_string_equal(want, text);
    ilf_flusher_free(f);
}

static void keeps_the_series_of_a_family_together(void **state)
{
    ilf_flusher *a = make("flusher_c_null", S("a")), *b = make("flusher_c_sleep", S("b")),
                *c = make("flusher_c_null", S("c"));

    (void)state;
    scrape(); /* fails where a family comes twice */
    assert_int_equal(33, got.n);
    assert_int_equal(3, count_family("ilf_flushes_total"));
    assert_int_equal(12, count_family("ilf_records_dropped_total"));
    ilf_flusher_free(b);
    scrape();
    assert_int_equal(22, got.n);
    ilf_flusher_free(c);
    ilf_flusher_free(a);
    scrape();
    assert_int_equal(0, got.n);
}

static void tells_two_instances_of_one_pipeline_apart(void **state)
{
    ilf_flusher *old = make("flusher_c_null", S("c")), *new = make("flusher_c_null", S("c"));

    (void)state;
    assert_true(old->metrics.labels.id != new->metrics.labels.id);
    scrape(); /* fails where a series comes twice */
    assert_int_equal(2, count_family("ilf_flushes_total"));
    ilf_flusher_free(old);
    ilf_flusher_free(new);
}

static void shows_an_instance_before_it_knows_its_pipeline(void **state)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_null", NULL, NULL);

    (void)state;
    scrape();
    assert_int_equal(0, value_of("ilf_flushes_total",
                                 "flusher=\"flusher_c_null\",config=\"\",project=\"\","
                                 "logstore=\"\","));
    ilf_flusher_free(f);
}

static void escapes_labels(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("a\\b\"c\nd{},="));

    (void)state;
    scrape();
    assert_int_equal(0, value_of("ilf_flushes_total", "config=\"a\\\\b\\\"c\\nd{},=\","));
    ilf_flusher_free(f);
}

static void cuts_long_labels_between_characters(void **state)
{
    char config[200], want[256];
    ilf_flusher *f;

    (void)state;
    memset(config, 'x', sizeof(config));
    f = make("flusher_c_null", (ilf_str){config, 128});
    scrape();
    (void)snprintf(want, sizeof(want), "config=\"%.127s\",", config);
    assert_int_equal(0, value_of("ilf_flushes_total", want));
    ilf_flusher_free(f);
    memcpy(config + 125, "\xe6\x97\xa5", 3); /* two of its three bytes would fit */
    f = make("flusher_c_null", (ilf_str){config, 200});
    scrape();
    (void)snprintf(want, sizeof(want), "config=\"%.125s\",", config);
    assert_int_equal(0, value_of("ilf_flushes_total", want));
    ilf_flusher_free(f);
    memcpy(config + 124, "\xe6\x97\xa5x", 4); /* all of it fits */
    f = make("flusher_c_null", (ilf_str){config, 200});
    scrape();
    (void)snprintf(want, sizeof(want), "config=\"%.127s\",", config);
    assert_int_equal(0, value_of("ilf_flushes_total", want));
    ilf_flusher_free(f);
}

/* --- Counters of flushers ----------------------------------------------------------------------
 */

static void shows_the_counters_of_a_flusher(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("c"));

    (void)state;
    f->host.counter_add(f, counter(f, "rolls_total", "Files begun,\nby size \\ time."), 3);
    counter(f, "syncs_total", "Calls of fsync.");
    scrape();
    assert_int_equal(3, value_of("ilf_flusher_rolls_total", "config=\"c\""));
    assert_int_equal(0, value_of("ilf_flusher_syncs_total", "config=\"c\""));
    assert_string_equal("Files begun,\\nby size \\\\ time.", help_of("ilf_flusher_rolls_total"));
    assert_string_equal("Calls of fsync.", help_of("ilf_flusher_syncs_total"));
    ilf_flusher_free(f);
}

static void puts_one_name_of_two_instances_into_one_family(void **state)
{
    ilf_flusher *a = make("flusher_c_null", S("a")), *b = make("flusher_c_null", S("b")),
                *c = make("flusher_c_null", S("c"));

    (void)state;
    a->host.counter_add(a, counter(a, "rolls_total", "Rolls."), 1);
    a->host.counter_add(a, counter(a, "only_a_total", "A."), 10);
    c->host.counter_add(c, counter(c, "only_c_total", "C."), 20);
    c->host.counter_add(c, counter(c, "rolls_total", "Rolls."), 2);
    scrape();
    assert_int_equal(2, count_family("ilf_flusher_rolls_total"));
    assert_int_equal(1, value_of("ilf_flusher_rolls_total", "config=\"a\""));
    assert_int_equal(2, value_of("ilf_flusher_rolls_total", "config=\"c\""));
    assert_int_equal(10, value_of("ilf_flusher_only_a_total", "config=\"a\""));
    assert_int_equal(20, value_of("ilf_flusher_only_c_total", "config=\"c\""));
    assert_int_equal(37, got.n);
    ilf_flusher_free(a);
    ilf_flusher_free(b);
    ilf_flusher_free(c);
}

static void copies_the_name_and_help_of_a_counter(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("c"));
    char name[] = "x_total", help[] = "X.";
    ilf_counter *x = counter(f, name, help);

    (void)state;
    name[0] = help[0] = 'y';
    assert_ptr_equal(x, counter(f, "x_total", "X."));
    scrape();
    assert_string_equal("X.", help_of("ilf_flusher_x_total"));
    ilf_flusher_free(f);
}

static void writes_counters_with_long_names_under_one_name(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("c"));
    char name[201];

    (void)state;
    memset(name, 'n', sizeof(name));
    strcpy(name + 194, "_total");
    counter(f, name, "Long.");
    scrape(); /* fails where the name of a series is not its family's */
    assert_int_equal(12, got.n);
    ilf_flusher_free(f);
}

static void does_not_show_counters_whose_names_would_break_the_page(void **state)
{
    static const char *const names[] = {"", "two words_total", "a\nb", "Caps_total", "a{b=\"c\"}"};
    ilf_flusher *f = make("flusher_c_null", S("c"));

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        f->host.counter_add(f, counter(f, names[i], "Bad."), 1);
    f->host.counter_add(f, counter(f, "flushes_total", "Not the library's own."), 5);
    scrape();
    assert_int_equal(11 + 1, got.n);
    assert_int_equal(5, value_of("ilf_flusher_flushes_total", "config=\"c\""));
    assert_int_equal(0, value_of("ilf_flushes_total", "config=\"c\""));
    ilf_flusher_free(f);
}

static void replaces_what_is_no_text_in_a_label(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("a\xff\xc3\xa9"));

    (void)state;
    scrape();
    assert_int_equal(0, value_of("ilf_flushes_total", "config=\"a???\""));
    ilf_flusher_free(f);
}

/* --- The buffer --------------------------------------------------------------------------------
 */

static void cuts_the_text_to_any_size(void **state)
{
    ilf_flusher *f = make("flusher_c_null", S("a\"b"));
    size_t len = ilf_metrics(NULL, 0);
    char *whole = malloc(len + 1);

    (void)state;
    assert_int_equal(len, ilf_metrics(whole, len + 1));
    assert_int_equal(len, strlen(whole));
    for (size_t size = 1; size <= len + 2; size += size < len - 2 ? 7 : 1) {
        char *buf = malloc(size); /* so that a sanitizer sees a byte too many */
        size_t fits = size - 1 < len ? size - 1 : len;

        assert_int_equal(len, ilf_metrics(buf, size));
        assert_memory_equal(whole, buf, fits);
        assert_int_equal(0, buf[fits]);
        free(buf);
    }
    free(whole);
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_without_instances),
        cmocka_unit_test(shows_what_an_instance_counts),
        cmocka_unit_test(writes_a_family_just_so),
        cmocka_unit_test(keeps_the_series_of_a_family_together),
        cmocka_unit_test(tells_two_instances_of_one_pipeline_apart),
        cmocka_unit_test(shows_an_instance_before_it_knows_its_pipeline),
        cmocka_unit_test(escapes_labels),
        cmocka_unit_test(cuts_long_labels_between_characters),
        cmocka_unit_test(shows_the_counters_of_a_flusher),
        cmocka_unit_test(puts_one_name_of_two_instances_into_one_family),
        cmocka_unit_test(copies_the_name_and_help_of_a_counter),
        cmocka_unit_test(writes_counters_with_long_names_under_one_name),
        cmocka_unit_test(does_not_show_counters_whose_names_would_break_the_page),
        cmocka_unit_test(replaces_what_is_no_text_in_a_label),
        cmocka_unit_test(cuts_the_text_to_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
