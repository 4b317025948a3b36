/* Tests of flusher_c_NAME, which they drive as a host does. */
#include <ilf/bridge.h>

#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define S(literal) ((ilf_str){literal, sizeof(literal) - 1})

/* A new flusher that appends to @path; the status of starting it in @status. */
static ilf_flusher *start(const char *path, ilf_status *status, ilf_error *err)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_NAME", NULL, err);
    char config[128];
    int len = snprintf(config, sizeof(config), "{\"Path\": \"%s\"}", path);

    if (!f)
        fail_msg("%s", err->text);
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, (size_t)len, err));
    *status = ilf_flusher_init(f, NULL, err);
    return f;
}

static void writes_bytes_as_they_are(void **state)
{
    const ilf_kv pairs[] = {{S("k"), S("a\0b")}, {S(""), S("\xff")}};
    const ilf_log log = {.contents = pairs, .n_contents = 2};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    char path[] = "/tmp/ilf_test.XXXXXX", got[16] = {0};
    int fd = mkstemp(path);
    ilf_status status;
    ilf_error err;
    ilf_flusher *f = start(path, &status, &err);

    (void)state;
    assert_int_equal(ILF_OK, status);
    assert_int_equal(ILF_OK, ilf_flusher_flush(f, &batch, &err));
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_int_equal(9, read(fd, got, sizeof(got)));
    assert_memory_equal("k:a\0b :\xff\n", got, 9);
    close(fd);
    unlink(path);
}

static void says_which_file_it_cannot_open(void **state)
{
    ilf_status status;
    ilf_error err;
    ilf_flusher *f = start("/no/such/file", &status, &err);

    (void)state;
    assert_int_equal(ILF_ERR_CONFIG, status);
    assert_string_equal("open '/no/such/file': No such file or directory", err.text);
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_bytes_as_they_are),
        cmocka_unit_test(says_which_file_it_cannot_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
