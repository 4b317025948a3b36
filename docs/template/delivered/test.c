/* Tests of flusher_c_NAME, which they drive as a host does, against the server in sink.c. */
#include <ilf/bridge.h>

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define S(literal) ((ilf_str){literal, sizeof(literal) - 1})

/* What the flusher has logged; it logs from other threads. */
static char logged[8192];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void log_line(void *context, ilf_level level, ilf_str text)
{
    size_t used;

    (void)context;
    (void)level;
    pthread_mutex_lock(&lock);
    used = strlen(logged);
    (void)snprintf(logged + used, sizeof(logged) - used, "%.*s\n", (int)text.len, text.ptr);
    pthread_mutex_unlock(&lock);
}

static bool has_logged(const char *text)
{
    bool found;

    pthread_mutex_lock(&lock);
    found = strstr(logged, text);
    pthread_mutex_unlock(&lock);
    return found;
}

static const ilf_host host = {.struct_size = sizeof(host), .log = log_line};

/* A flusher that posts to @path of the sink. It tries a record twice, and gives up soon. */
static ilf_flusher *start(const char *path, ilf_error *err)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_NAME", &host, err);
    char config[512];
    int len = snprintf(config, sizeof(config),
                       "{\"URL\": \"%s%s\", \"Retry\": {\"MaxRetryTimes\": 1, \"InitialDelay\": "
                       "\"1ms\"}, \"Batch\": {\"MaxAge\": 0}}",
                       getenv("SINK"), path);

    logged[0] = '\0';
    if (!f)
        fail_msg("%s", err->text);
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, (size_t)len, err));
    return f;
}

static void flush_one(ilf_flusher *f)
{
    const ilf_kv pairs[] = {{S("k"), S("a\0b")}, {S(""), S("\xff")}};
    const ilf_log log = {.contents = pairs, .n_contents = 2};
    const ilf_group group = {.logs = &log, .n_logs = 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    ilf_error err;

    if (ilf_flusher_init(f, NULL, &err) != ILF_OK || ilf_flusher_flush(f, &batch, &err) != ILF_OK)
        fail_msg("%s", err.text);
}

/* The value of the metric that begins with @series. */
static long count(const char *series)
{
    size_t len = ilf_metrics(NULL, 0);
    char *page = malloc(len + 1), *line;
    long value = -1;

    assert_non_null(page);
    (void)ilf_metrics(page, len + 1);
    line = strstr(page, series);
    if (line)
        value = strtol(strstr(line, "} ") + 2, NULL, 10);
    free(page);
    return value;
}

static void sends_bytes_as_they_are(void **state)
{
    char got[16] = {0};
    ilf_error err;
    ilf_flusher *f = start("", &err);
    FILE *file;

    (void)state;
    flush_one(f);
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, &err)); /* which delivers the rest */
    assert_int_equal(1, count("\nilf_records_delivered_total"));
    ilf_flusher_free(f);
    file = fopen("build/test.log", "r");
    assert_non_null(file);
    assert_int_equal(9, fread(got, 1, sizeof(got), file));
    assert_memory_equal("k:a\0b :\xff\n", got, 9);
    fclose(file);
}

static void a_record_that_the_server_refuses_is_lost_once_and_told(void **state)
{
    ilf_error err;
    ilf_flusher *f = start("status/400", &err);

    (void)state;
    flush_one(f);
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_true(has_logged("(rejected): the server answers HTTP 400"));
}

static void a_server_that_is_busy_is_asked_again(void **state)
{
    ilf_error err;
    ilf_flusher *f = start("status/500", &err);

    (void)state;
    flush_one(f);
    for (int i = 0; i < 1000 && !has_logged("(retries)"); i++) /* MaxRetryTimes is reached */
        (void)poll(NULL, 0, 10);
    assert_int_equal(ILF_OK, ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
    assert_true(has_logged("(retries): the server answers HTTP 500"));
    assert_true(has_logged("send: the server answers HTTP 500; trying again"));
}

static void says_which_url_it_cannot_use(void **state)
{
    static const char config[] = "{\"URL\": \"ftp://host/\"}";
    ilf_error err;
    ilf_flusher *f = ilf_flusher_new("flusher_c_NAME", NULL, &err);

    (void)state;
    assert_int_equal(ILF_OK, ilf_flusher_configure(f, config, strlen(config), &err));
    assert_int_equal(ILF_ERR_CONFIG, ilf_flusher_init(f, NULL, &err));
    assert_string_equal("URL: want http://host or https://host, got 'ftp://host/'", err.text);
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_bytes_as_they_are),
        cmocka_unit_test(a_record_that_the_server_refuses_is_lost_once_and_told),
        cmocka_unit_test(a_server_that_is_busy_is_asked_again),
        cmocka_unit_test(says_which_url_it_cannot_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
