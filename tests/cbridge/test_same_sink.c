/* Tests of cbridge/same_sink.c. */
#include "same_sink.h"

#include "ilf_test.h"

struct sample {
    const char *url;
    int64_t number;
    bool flag;
    double ratio;
    uint64_t size;
    int choice;
    ilf_str_list list;
    ilf_str_map map;
    int64_t timeout;
    struct {
        const char *topic;
    } nested, ignored;
};

static const char *const choices[] = {"a", "b", NULL};

static const ilf_option nested[] = {
    ILF_OPTION(STR, struct sample, url, "Topic", "", "nested"), /* at offset 0 of its struct */
    {0},
};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct sample, url, "Url", "", "text"),
    ILF_OPTION(INT, struct sample, number, "Number", "0", "number"),
    ILF_OPTION(BOOL, struct sample, flag, "Flag", "false", "flag"),
    ILF_OPTION(FLOAT, struct sample, ratio, "Ratio", "0", "ratio"),
    ILF_OPTION(SIZE, struct sample, size, "Size", "0", "size"),
    ILF_OPTION(ENUM, struct sample, choice, "Choice", "a", "choice", .choices = choices),
    ILF_OPTION(LIST, struct sample, list, "List", NULL, "list"),
    ILF_OPTION(MAP, struct sample, map, "Map", NULL, "map"),
    ILF_OPTION(DURATION, struct sample, timeout, "Timeout", "0", "time-out",
               .flags = ILF_OPT_SAME_SINK),
    {.name = "Nested",
     .type = ILF_OPT_TABLE,
     .offset = offsetof(struct sample, nested),
     .table = nested},
    {.name = "Ignored",
     .type = ILF_OPT_TABLE,
     .flags = ILF_OPT_SAME_SINK,
     .offset = offsetof(struct sample, ignored),
     .table = nested},
    {0},
};

static struct sample sample(void)
{
    return (struct sample){.url = "u", .nested = {"n"}, .ignored = {"i"}};
}

static uint64_t hash(struct sample s)
{
    return ilf__hash_options(ILF__HASH, options, &s);
}

static void equal_options_are_the_same_sink(void **state)
{
    struct sample a = sample(), b = sample();
    char copy[] = "u";

    (void)state;
    b.url = copy;
    assert_true(hash(a) == hash(b));
}

static void every_option_counts(void **state)
{
    const char *items[] = {"x", "y"};
    const ilf_kv kv = {S("k"), S("v")};
    struct sample changed[9];
    uint64_t hashes[10] = {hash(sample())};

    (void)state;
    for (int i = 0; i < 9; i++)
        changed[i] = sample();
    changed[0].url = "U";
    changed[1].number = 1;
    changed[2].flag = true;
    changed[3].ratio = 0.5;
    changed[4].size = 1;
    changed[5].choice = 1;
    changed[6].list = (ilf_str_list){items, 2};
    changed[7].map = (ilf_str_map){&kv, 1};
    changed[8].nested.topic = "N";
    for (int i = 0; i < 9; i++) {
        hashes[i + 1] = hash(changed[i]);
        for (int k = 0; k <= i; k++)
            assert_true(hashes[i + 1] != hashes[k]);
    }
}

static void texts_that_are_parted_elsewhere_are_others(void **state)
{
    const char *one[] = {"ab", "c"}, *other[] = {"a", "bc"};
    struct sample a = sample(), b = sample();

    (void)state;
    a.list = (ilf_str_list){one, 2};
    b.list = (ilf_str_list){other, 2};
    assert_true(hash(a) != hash(b));
}

static void options_that_are_said_not_to_matter_do_not(void **state)
{
    struct sample a = sample(), b = sample();

    (void)state;
    b.timeout = 5;
    b.ignored.topic = "I";
    assert_true(hash(a) == hash(b));
    assert_true(ilf__hash_options(ILF__HASH, NULL, NULL) == ILF__HASH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_options_are_the_same_sink),
        cmocka_unit_test(every_option_counts),
        cmocka_unit_test(texts_that_are_parted_elsewhere_are_others),
        cmocka_unit_test(options_that_are_said_not_to_matter_do_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
