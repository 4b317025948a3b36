/* Tests of cbridge/value.c. */
#include <ilf_test.h>

#include <sys/stat.h>

#include "value.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

struct row {
    const char *text;
    double value;
};

static void parses(bool (*parse)(const char *, double *), const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = -77;

        if (!parse(rows[i].text, &value) || value != rows[i].value)
            fail_msg("'%s': got %.17g, want %.17g", rows[i].text, value, rows[i].value);
    }
}

static void refuses(bool (*parse)(const char *, double *), const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = -77;

        if (parse(texts[i], &value))
            fail_msg("'%s' is taken as %.17g", texts[i], value);
    }
}

/* "0.111...": more digits than a double has room for. */
static char *many_digits(char text[500], const char *unit)
{
    memset(text, '1', 500);
    text[1] = '.';
    strcpy(text + 400, unit);
    return text;
}

/* --- Sizes ------------------------------------------------------------------------------------ */

static void reads_sizes(void **state)
{
    static const struct row rows[] = {
        {"0", 0},
        {"4096", 4096},
        {"4096B", 4096},
        {"1KB", 1e3},
        {"1KiB", 1024},
        {"512KiB", 524288},
        {"1MB", 1e6},
        {"1MiB", 1048576},
        {"1GB", 1e9},
        {"1GiB", 1073741824},
        {"1TB", 1e12},
        {"1TiB", 1099511627776},
        {"1.5MB", 1500000},
        {"1.5KiB", 1536},
        {".5KB", 500},
        {"2.KB", 2000},
        {"10 GiB", 10737418240},
        {"  7   KB", 7000},
        {"7 ", 7},
        {"1kb", 1000},
        {"1KIB", 1024},
        {"1mIb", 1048576},
        {"1.9", 1}, /* parts of a byte are cut off */
        {"0.0001KB", 0},
        {"8388607TiB", 8388607.0 * 0x1p40},
    };

    (void)state;
    parses(ilf__parse_size, rows, N(rows));
}

static void refuses_what_is_no_size(void **state)
{
    static const char *const texts[] = {
        "",    " ",    ".",    "KB",   "-1",    "+1",     "1 K", "1KBs",  "1 KB ",
        "1e3", "0x10", "1,5",  "1.2.", "1.2.3", "1 2",    "inf", "nan",   "1KB1",
        "1P",  "1PiB", "\t1B", "1\n",  "1k",    "1bytes", "１",  "1KB\v",
    };

    (void)state;
    refuses(ilf__parse_size, texts, N(texts));
}

static void refuses_sizes_that_are_too_large(void **state)
{
    static const char *const texts[] = {"8388609TiB", "9223372036854777857",
                                        "99999999999999999999TB"};
    char nines[500];

    (void)state;
    refuses(ilf__parse_size, texts, N(texts));
    memset(nines, '9', sizeof(nines));
    nines[499] = '\0';
    refuses(ilf__parse_size, (const char *const[]){nines}, 1);
}

static void has_a_number_for_every_size_that_it_takes(void **state)
{
    char text[500];
    double value = 0;

    (void)state;
    assert_true(!ilf__parse_size(many_digits(text, "KB"), &value) || value == 1111);
}

static void reads_decimal_fractions_of_sizes_exactly(void **state)
{
    static const struct row rows[] = {
        {"4.1MB", 4100000}, {"2.01MB", 2010000}, {"1.001GB", 1001000000}, {"64.1KB", 64100}};

    (void)state;
    parses(ilf__parse_size, rows, N(rows));
}

/* --- Durations -------------------------------------------------------------------------------- */

static void reads_durations(void **state)
{
    static const struct row rows[] = {
        {"0", 0},
        {"-0", 0},
        {"+0", 0},
        {"0s", 0},
        {"1ns", 1},
        {"1us", 1e3},
        {"1\xc2\xb5s", 1e3},
        {"1\xce\xbcs", 1e3},
        {"250ms", 250e6},
        {"30s", 30e9},
        {"1m", 60e9},
        {"1h", 3600e9},
        {"1m30s", 90e9},
        {"1m30.5s", 90.5e9},
        {"1h2m3s4ms5us6ns", 3723004005006},
        {"1s1s", 2e9},
        {"1.5h", 5400e9},
        {".5s", 0.5e9},
        {"1.s", 1e9},
        {"-1h", -3600e9},
        {"-1m30s", -90e9},
        {"+5s", 5e9},
        {"2H3MS", 7200003e6},
    };

    (void)state;
    parses(ilf__parse_duration, rows, N(rows));
}

static void refuses_what_is_no_duration(void **state)
{
    static const char *const texts[] = {
        "",    "-",   "+",      "s",    "1",    "1.5",  "00", "1m30",  "1d",   "1 s",
        " 1s", "1s ", "1s -2s", "--1s", "1s2",  "1e3s", ".s", "1..5s", "1,5s", "0x1s",
        "s1",  "inf", "1m-3s",  "1sm",  "1min", "-s",   "0 ", "1\xc2s"};

    (void)state;
    refuses(ilf__parse_duration, texts, N(texts));
}

static void refuses_durations_that_are_too_long(void **state)
{
    static const char *const texts[] = {"2562048h", "9223372036854775808ns", "-2562048h",
                                        "2562047h1h", "99999999999999999999999h"};
    static const struct row longest = {"2562047h", 2562047 * 3600e9};
    char nines[500];

    (void)state;
    parses(ilf__parse_duration, &longest, 1);
    refuses(ilf__parse_duration, texts, N(texts));
    memset(nines, '9', sizeof(nines));
    strcpy(nines + 498, "s");
    refuses(ilf__parse_duration, (const char *const[]){nines}, 1);
}

static void has_a_number_for_every_duration_that_it_takes(void **state)
{
    char text[500];
    double value = 0;

    (void)state;
    assert_true(!ilf__parse_duration(many_digits(text, "s"), &value) ||
                (value > 1.1e9 && value < 1.2e9));
}

static void reads_decimal_fractions_of_durations_exactly(void **state)
{
    static const struct row rows[] = {{"4.1s", 4100000000},   {"1.1m", 66000000000},
                                      {"2.2m", 132000000000}, {"0.067s", 67000000},
                                      {"1.001ms", 1001000},   {"2.3h", 8280000000000}};

    (void)state;
    parses(ilf__parse_duration, rows, N(rows));
    for (int i = 0; i < 100000; i++) {
        char text[32];
        double ns = 0;

        (void)snprintf(text, sizeof(text), "%d.%03ds", i / 1000, i % 1000);
        if (!ilf__parse_duration(text, &ns) || ns != i * 1e6)
            fail_msg("%s is %.17g", text, ns);
    }
}

/* --- Numbers ---------------------------------------------------------------------------------- */

static void reads_numbers(void **state)
{
    static const struct row rows[] = {
        {"0", 0},         {"-1", -1},        {"42", 42}, {"1.5", 1.5}, {"-0.25", -0.25},
        {"1e3", 1000},    {"1E-3", 0.001},   {"007", 7}, {"1.", 1},    {"9007199254740992", 0x1p53},
        {"1e308", 1e308}, {"-1e308", -1e308}};

    (void)state;
    parses(ilf__parse_number, rows, N(rows));
}

static void refuses_what_is_no_number(void **state)
{
    static const char *const texts[] = {"",    "-",     " 1",     "1 ",   "+1",  "1x",
                                        "inf", "-inf",  "nan",    "-nan", "1e",  "1,5",
                                        "--1", "1e400", "-1e400", "abc",  "- 1", "1.2.3"};

    (void)state;
    refuses(ilf__parse_number, texts, N(texts));
}

static void refuses_numbers_that_are_not_decimal(void **state)
{
    static const char *const texts[] = {"0x10", "-0x10", "0x1p3"};

    (void)state;
    refuses(ilf__parse_number, texts, N(texts));
}

/* --- ${NAME}, $$ and file: -------------------------------------------------------------------- */

static struct ilf__arena arena;

static int make_folder(void **state)
{
    setenv("ILF_A", "alpha", 1);
    setenv("ILF_EMPTY", "", 1);
    setenv("ILF_REF", "${ILF_A}$$", 1);
    unsetenv("ILF_NONE");
    return test_make_folder(state);
}

static int remove_folder(void **state)
{
    ilf__arena_dispose(&arena);
    return test_remove_folder(state);
}

static void expands(ilf_str text, ilf_str want)
{
    ilf_str got = {0};

    assert_works(ilf__expand(&arena, text, &got, &err));
    assert_int_equal(want.len, got.len);
    assert_memory_equal(want.ptr, got.ptr, want.len);
    assert_int_equal(0, got.ptr[got.len]); /* and a NUL behind it */
}

static void fails(const char *text, const char *why)
{
    ilf_str got = {0};

    assert_fails(ILF_ERR_CONFIG, why,
                 ilf__expand(&arena, (ilf_str){text, strlen(text)}, &got, &err));
}

static void replaces_variables(void **state)
{
    (void)state;
    expands(S("${ILF_A}"), S("alpha"));
    expands(S("<${ILF_A}|${ILF_A}>"), S("<alpha|alpha>"));
    expands(S("a${ILF_EMPTY}b"), S("ab"));
    expands(S("${ILF_EMPTY}"), S(""));
    expands(S(""), S(""));
    expands((ilf_str){NULL, 0}, S(""));
    expands(S("plain"), S("plain"));
    expands(S("${ILF_REF}"), S("${ILF_A}$$")); /* what it holds is not expanded again */
}

static void takes_other_dollars_as_they_are(void **state)
{
    (void)state;
    expands(S("$$"), S("$"));
    expands(S("$$$$"), S("$$"));
    expands(S("$"), S("$"));
    expands(S("a$"), S("a$"));
    expands(S("$ILF_A"), S("$ILF_A"));
    expands(S("$$$"), S("$$"));
    expands(S("$${ILF_A}"), S("${ILF_A}"));
    expands(S("$$${ILF_A}"), S("$alpha"));
    expands(S("}{"), S("}{"));
    expands(S("$}"), S("$}"));
}

static void keeps_nuls_and_bytes_that_are_no_utf8(void **state)
{
    (void)state;
    expands(S("a\0${ILF_A}\0\xff"), S("a\0alpha\0\xff"));
}

static void says_which_variable_is_missing(void **state)
{
    (void)state;
    fails("hunter2${ILF_NONE}", "environment variable ILF_NONE is not set");
    fails("${ILF_A}${ILF_A }", "environment variable ILF_A  is not set");
}

static void refuses_a_brace_that_is_not_closed(void **state)
{
    (void)state;
    fails("hunter2${ILF_A", "${ without }: write $$ for a single $");
    fails("${", "${ without }: write $$ for a single $");
    fails("${ILF_A}${", "${ without }: write $$ for a single $");
}

static void refuses_a_name_that_can_be_none(void **state)
{
    char name[300];

    (void)state;
    fails("hunter2${}", "${} needs the name of an environment variable");
    fails("${A=B}", "${} needs the name of an environment variable");
    memset(name, 'n', sizeof(name));
    memcpy(name, "${", 2);
    strcpy(name + 258, "}"); /* a name of 256 bytes */
    fails(name, "${} needs the name of an environment variable");
}

static void reads_what_a_file_holds(void **state)
{
    (void)state;
    test_write_file(test_path("f"), "secret\n", 7);
    setenv("ILF_FOLDER", test_folder(), 1);
    expands(S("file:${ILF_FOLDER}/f"), S("secret"));
    test_write_file(test_path("f"), "secret", 6);
    expands(S("file:${ILF_FOLDER}/f"), S("secret"));
    test_write_file(test_path("f"), "secret\r\n", 8);
    expands(S("file:${ILF_FOLDER}/f"), S("secret"));
    test_write_file(test_path("f"), "\xff${ILF_A} \n", 10);
    expands(S("file:${ILF_FOLDER}/f"), S("\xff${ILF_A} "));
    test_write_file(test_path("f"), "-----BEGIN X-----\nabc\r\n-----END X-----\n", 39);
    expands(S("file:${ILF_FOLDER}/f"), S("-----BEGIN X-----\nabc\r\n-----END X-----"));
}

/* Fail unless a file that holds @content is refused with @why, where the file's name is left out. */
static void refuses_file(ilf_str content, const char *why)
{
    char text[80], want[256];

    test_write_file(test_path("f"), content.ptr, content.len);
    (void)snprintf(text, sizeof(text), "file:%s", test_path("f"));
    (void)snprintf(want, sizeof(want), "read '%s': %s", test_path("f"), why);
    fails(text, want);
}

static void a_file_whose_content_cannot_be_meant_is_refused_and_not_shown(void **state)
{
    static const char only[] = ": only one line end, the last, may be there";
    char why[128];

    (void)state;
    refuses_file(S(""), "it is empty");
    refuses_file(S("\n"), "it is empty");
    refuses_file(S("\r\n"), "it is empty");
    refuses_file(S("\xef\xbb\xbfsecret\n"), "it begins with a byte order mark: save it without");
    (void)snprintf(why, sizeof(why), "byte 7 is a control character%s", only);
    refuses_file(S("secret\n\n"), why);
    refuses_file(S("secret\r"), why);
    refuses_file(S("secret\x7f\n"), why);
    (void)snprintf(why, sizeof(why), "byte 2 is a control character%s", only);
    refuses_file(S("a\0b"), why);
    refuses_file(S("a\tb"), why);
    refuses_file(S("\xff\0s\0"), why);
}

static void a_fifo_or_a_device_does_not_block_and_is_empty(void **state)
{
    char text[80], why[128];

    (void)state;
    fails("file:/dev/null", "read '/dev/null': it is empty");
    assert_int_equal(0, mkfifo(test_path("fifo"), 0600));
    (void)snprintf(text, sizeof(text), "file:%s", test_path("fifo"));
    (void)snprintf(why, sizeof(why), "read '%s': it is empty", test_path("fifo"));
    fails(text, why);
}

static void takes_file_for_one_only_at_the_beginning(void **state)
{
    (void)state;
    expands(S(" file:/etc/passwd"), S(" file:/etc/passwd"));
    expands(S("File:/etc/passwd"), S("File:/etc/passwd"));
    expands(S("file"), S("file"));
}

static void takes_a_variable_that_names_a_file(void **state)
{
    char text[64];

    (void)state;
    test_write_file(test_path("f"), "secret\n", 7);
    (void)snprintf(text, sizeof(text), "file:%s", test_path("f"));
    setenv("ILF_FILE", text, 1);
    expands(S("${ILF_FILE}"), S("secret"));
}

static void takes_files_of_up_to_64_KiB(void **state)
{
    char *bytes = malloc(65537), text[64], why[128];

    (void)state;
    memset(bytes, 'x', 65537);
    setenv("ILF_FOLDER", test_folder(), 1);
    test_write_file(test_path("f"), bytes, 65536);
    expands(S("file:${ILF_FOLDER}/f"), (ilf_str){bytes, 65536});
    test_write_file(test_path("f"), bytes, 65537);
    (void)snprintf(text, sizeof(text), "file:%s", test_path("f"));
    (void)snprintf(why, sizeof(why), "read '%s': larger than 64 KiB", test_path("f"));
    fails(text, why);
    free(bytes);
}

static void says_which_file_it_cannot_read(void **state)
{
    (void)state;
    fails("file:/no/such/file", "read '/no/such/file': No such file or directory");
    fails("file:", "read '': No such file or directory");
    fails("file:/", "read '/': Is a directory");
}

static void never_shows_the_text(void **state)
{
    static const char *const texts[] = {"hunter2${ILF_NONE}hunter2", "hunter2${}hunter2",
                                        "hunter2${hunter2", "${ILF_A}hunter2${"};

    (void)state;
    for (size_t i = 0; i < N(texts); i++) {
        ilf_str out, text = {texts[i], strlen(texts[i])};
        ilf_error err = {""};

        assert_int_equal(ILF_ERR_CONFIG, ilf__expand(&arena, text, &out, &err));
        assert_true(*err.text != '\0');
        assert_null(strstr(err.text, "hunter2"));
        assert_null(strstr(err.text, "alpha"));
        assert_int_equal(ILF_ERR_CONFIG, ilf__expand(&arena, text, &out, NULL));
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(refuses_what_is_no_size),
        cmocka_unit_test(refuses_sizes_that_are_too_large),
        cmocka_unit_test(has_a_number_for_every_size_that_it_takes),
        cmocka_unit_test(reads_decimal_fractions_of_sizes_exactly),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(refuses_what_is_no_duration),
        cmocka_unit_test(refuses_durations_that_are_too_long),
        cmocka_unit_test(has_a_number_for_every_duration_that_it_takes),
        cmocka_unit_test(reads_decimal_fractions_of_durations_exactly),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(refuses_numbers_that_are_not_decimal),
        test(replaces_variables),
        test(takes_other_dollars_as_they_are),
        test(keeps_nuls_and_bytes_that_are_no_utf8),
        test(says_which_variable_is_missing),
        test(refuses_a_brace_that_is_not_closed),
        test(refuses_a_name_that_can_be_none),
        test(reads_what_a_file_holds),
        test(a_file_whose_content_cannot_be_meant_is_refused_and_not_shown),
        test(a_fifo_or_a_device_does_not_block_and_is_empty),
        test(takes_file_for_one_only_at_the_beginning),
        test(takes_a_variable_that_names_a_file),
        test(takes_files_of_up_to_64_KiB),
        test(says_which_file_it_cannot_read),
        test(never_shows_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
