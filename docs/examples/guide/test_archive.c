/* Tests of flusher_c_archive, which they drive as a host does. */
#include <ilf/bridge.h>

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "siphash.h"

#define S(literal) ((ilf_str){literal, sizeof(literal) - 1})

/* A flusher that appends to a file of its own. What it logs lifts the limit on that file's size. */
struct archive {
    char path[32];
    ilf_flusher *f;
    unsigned warnings;
};

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = bytes;
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
}

static void on_log(void *context, ilf_level level, ilf_str text)
{
    struct archive *a = context;

    (void)text;
    if (level != ILF_LEVEL_WARN)
        return;
    a->warnings++;
    limit_files(RLIM_INFINITY);
}

static void start(struct archive *a, const char *options)
{
    ilf_host host = {.struct_size = sizeof(host), .context = a, .log = on_log};
    ilf_error err = {""};
    char config[256];
    int fd, len;

    *a = (struct archive){.path = "/tmp/ilf_test.XXXXXX"};
    fd = mkstemp(a->path);
    assert_true(fd >= 0);
    close(fd);
    len = snprintf(config, sizeof(config), "{\"Path\": \"%s\"%s}", a->path, options);
    a->f = ilf_flusher_new("flusher_c_archive", &host, &err);
    if (!a->f || ilf_flusher_configure(a->f, config, (size_t)len, &err) != ILF_OK ||
        ilf_flusher_init(a->f, NULL, &err) != ILF_OK)
        fail_msg("%s", err.text);
}

static void flush_groups(struct archive *a, const ilf_group *groups, size_t n)
{
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = groups, .n_groups = n};
    ilf_error err = {""};

    if (ilf_flusher_flush(a->f, &batch, &err) != ILF_OK)
        fail_msg("%s", err.text);
}

/* Stop, and read the file into @text. Returns the number of its bytes. */
static size_t stop(struct archive *a, char *text, unsigned size)
{
    gzFile file;
    int n;

    assert_int_equal(ILF_OK, ilf_flusher_stop(a->f, NULL));
    ilf_flusher_free(a->f);
    file = gzopen(a->path, "rb");
    assert_non_null(file);
    n = gzread(file, text, size);
    assert_int_equal(Z_OK, gzclose(file)); /* Z_BUF_ERROR: the last member is torn */
    unlink(a->path);
    assert_true(n >= 0);
    return (size_t)n;
}

/* What is flushed with @options comes out of the file as @want. */
static void check_pairs(const char *options, const char *want)
{
    const ilf_kv pairs[] = {{S("user"), S("ada")}, {S("user"), S("ada")}, {S("k"), S("a\0\xff")}};
    const ilf_log log = {.contents = pairs, .n_contents = 3};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    struct archive a;
    char text[256];
    size_t len = strlen(want);

    start(&a, options);
    flush_groups(&a, &group, 1);
    assert_int_equal(len + 7, stop(&a, text, sizeof(text)));
    assert_memory_equal(want, text, len);
    assert_memory_equal(" k:a\0\xff\n", text + len, 7);
}

static void writes_bytes_as_they_are(void **state)
{
    (void)state;
    check_pairs("", "user:ada user:ada");
}

static void removes_values(void **state)
{
    (void)state;
    check_pairs(", \"Hide\": {\"Keys\": [\"user\"], \"How\": \"remove\"}", "user: user:");
}

static void gives_a_value_the_same_pseudonym_each_time(void **state)
{
    const uint64_t key[] = {0x0011223344556677, 0x8899aabbccddeeff};
    char want[64];

    (void)state;
    (void)snprintf(want, sizeof(want), "user:%016llx user:%016llx",
                   (unsigned long long)siphash(key, "ada", 3),
                   (unsigned long long)siphash(key, "ada", 3));
    check_pairs(
        ", \"Hide\": {\"Keys\": [\"user\"], \"Secret\": \"00112233445566778899aabbccddeeff\"}",
        want);
}

/* The key and the first messages of the paper's own test vectors. */
static void digests_are_those_of_siphash(void **state)
{
    const uint64_t key[] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    unsigned char bytes[15];

    (void)state;
    for (unsigned char i = 0; i < sizeof(bytes); i++)
        bytes[i] = i;
    assert_true(siphash(key, bytes, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(siphash(key, bytes, 15) == UINT64_C(0xa129ca6149be45e5));
}

static void a_bad_secret_is_refused_without_being_told(void **state)
{
    const char config[] =
        "{\"Path\": \"/dev/null\", \"Hide\": {\"Keys\": [\"k\"], \"Secret\": \"open sesame\"}}";
    ilf_error err = {""};
    ilf_flusher *f = ilf_flusher_new("flusher_c_archive", NULL, &err);

    (void)state;
    assert_non_null(f);
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
    assert_non_null(strstr(err.text, "Hide.Secret: want 32 digits"));
    assert_null(strstr(err.text, "sesame"));
    ilf_flusher_free(f);
}

/* The second group of two finds the disk full, until the first warning makes room. Its bytes are
 * chosen so that they can't be compressed. */
static void a_full_disk_neither_tears_nor_doubles_a_line(void **state)
{
    static char noise[64 * 1024], text[2 * sizeof(noise)];
    const ilf_kv few = {S("k"), S("first")}, many = {S("k"), {noise, sizeof(noise)}};
    const ilf_log logs[] = {{.contents = &few, .n_contents = 1},
                            {.contents = &many, .n_contents = 1}};
    const ilf_group groups[] = {{.logs = &logs[0], .n_logs = 1}, {.logs = &logs[1], .n_logs = 1}};
    const uint64_t key[2] = {0};
    struct archive a;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    for (uint64_t i = 0; i < sizeof(noise) / 8; i++) {
        uint64_t digest = siphash(key, &i, sizeof(i));

        memcpy(noise + 8 * i, &digest, 8);
    }
    start(&a, ", \"Retry\": {\"InitialDelay\": \"1ms\"}");
    limit_files(40 * 1024);
    flush_groups(&a, groups, 2);
    assert_int_equal(1, a.warnings);
    assert_int_equal(8 + 2 + sizeof(noise) + 1, stop(&a, text, sizeof(text)));
    assert_memory_equal("k:first\nk:", text, 10);
    assert_memory_equal(noise, text + 10, sizeof(noise));
}

/* With an hour between two syncs, only the bound itself can make it ready again in time. */
static void what_is_over_the_bound_is_synced_at_once(void **state)
{
    const ilf_kv pair = {S("k"), S("v")};
    const ilf_log log = {.contents = &pair, .n_contents = 1};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    struct archive a;
    char text[16];

    (void)state;
    start(&a, ", \"Sync\": {\"Interval\": \"1h\", \"MaxUnsynced\": 1}");
    assert_true(ilf_flusher_is_ready(a.f, NULL));
    flush_groups(&a, &group, 1);
    while (!ilf_flusher_is_ready(a.f, NULL))
        (void)poll(NULL, 0, 1);
    assert_int_equal(4, stop(&a, text, sizeof(text)));
}

static void counts_what_it_writes(void **state)
{
    const ilf_kv pair = {S("k"), S("v")};
    const ilf_log log = {.contents = &pair, .n_contents = 1};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    static char metrics[1 << 16];
    struct archive a;
    struct stat file;
    char text[16], *line;

    (void)state;
    start(&a, "");
    flush_groups(&a, &group, 1);
    assert_true(ilf_metrics(metrics, sizeof(metrics)) < sizeof(metrics));
    line = strstr(metrics, "\nilf_flusher_archive_bytes_total{");
    assert_non_null(line);
    assert_int_equal(0, stat(a.path, &file));
    assert_int_equal(file.st_size, strtol(strstr(line, "} ") + 2, NULL, 10));
    assert_int_equal(4, stop(&a, text, sizeof(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_bytes_as_they_are),
        cmocka_unit_test(removes_values),
        cmocka_unit_test(gives_a_value_the_same_pseudonym_each_time),
        cmocka_unit_test(digests_are_those_of_siphash),
        cmocka_unit_test(a_bad_secret_is_refused_without_being_told),
        cmocka_unit_test(a_full_disk_neither_tears_nor_doubles_a_line),
        cmocka_unit_test(what_is_over_the_bound_is_synced_at_once),
        cmocka_unit_test(counts_what_it_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
