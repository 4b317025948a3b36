/* Tests of cbridge/metrics_text.c. */
#include "metrics_text.h"

#include "ilf_test.h"

static void writes_lines_as_prometheus_reads_them(void **state)
{
    const ilf_flusher_ops ops = {.name = "flusher_x"};
    ilf_flusher f = {.ops = &ops, .metrics.labels = {7, "p", "l\"\\\n", "c"}};
    char text[1024];
    struct ilf__page w = ilf__page(text, sizeof(text));

    (void)state;
    ilf__put_header(&w, "a_", "b", "Says \\ and\nmore.", "gauge");
    ilf__put_series(&w, "a_", "b", ",x=\"y\"", &f, 3);
    ilf__put_number(&w, "c", "", &f, 0.25);
    assert_string_equal("# HELP a_b Says \\\\ and\\nmore.\n"
                        "# TYPE a_b gauge\n"
                        "a_b{flusher=\"flusher_x\",config=\"c\",project=\"p\","
                        "logstore=\"l\\\"\\\\\\n\",instance=\"7\",x=\"y\"} 3\n"
                        "c{flusher=\"flusher_x\",config=\"c\",project=\"p\","
                        "logstore=\"l\\\"\\\\\\n\",instance=\"7\"} 0.25\n",
                        text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_lines_as_prometheus_reads_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
