/* Tests of flushers/NAME.c. */
#include "ilf_test.h"

static ilf_status flush_one(ilf_flusher *f, ilf_error *err)
{
    const ilf_kv pairs[] = {{S("k"), S("a\0b")}, {S(""), S("")}};
    const ilf_log log = {.contents = pairs, .n_contents = 2};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};

    return ilf_flusher_flush(f, &batch, err);
}

static void writes_bytes_as_they_are(void **state)
{
    char path[] = "/tmp/test_NAME.XXXXXX", config[128], got[16] = {0};
    int fd = mkstemp(path);
    ilf_flusher *f;
    ilf_error err;

    (void)state;
    (void)snprintf(config, sizeof(config), "{\"Path\":\"%s\"}", path);
    f = test_start("flusher_c_NAME", NULL, config);
    assert_int_equal(ILF_OK, flush_one(f, &err));
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, &err));
    assert_int_equal(8, read(fd, got, sizeof(got)));
    assert_memory_equal("k:a\0b :\n", got, 8);
    ilf_flusher_free(f);
    close(fd);
    unlink(path);
}

static void says_which_file_it_cannot_open(void **state)
{
    static const char config[] = "{\"Path\":\"/no/such/file\"}";
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_NAME", NULL, &err);

    (void)state;
    assert_non_null(f);
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
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
