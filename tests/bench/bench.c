/* Benchmarks of the C side, each against a floor measured in the same run. Prints one JSON object a
 * row; go/internal/bench makes the table of them. Each figure is the best of several rounds in
 * which row and floor take turns, so that a noisy machine disturbs both alike. */
#include <ilf/bridge.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../flushers/common/format.h"
#include "bench.h"
#include "nginx.h"
#include "startup.h"

enum { ROUNDS = 7, PLUGINS = 50, BATCHES = 100, FILE_BATCHES = 200, WRITE_SIZE = 512 << 10 };

static struct nginx_batch nginx;
static const char *folder;

static void flush_all(ilf_flusher *f, int batches)
{
    for (int i = 0; i < batches; i++)
        flush(f, &nginx.batch);
}

/* --- Formatting against memcpy of the same bytes ---------------------------------------------- */

static ilf_flusher *to_null;

static void run_json(void)
{
    flush_all(to_null, BATCHES);
}

static void run_memcpy(void)
{
    static char out[4 << 20];

    for (int i = 0; i < BATCHES; i++) {
        memcpy(out, nginx.data, nginx.batch.n_bytes);
        __asm__ volatile("" : : "r"(out) : "memory");
    }
}

static void bench_json(void)
{
    struct spent json = {0}, copy = {0};
    double gigabytes = (double)nginx.batch.n_bytes * BATCHES / 1e9;

    to_null = start("flusher_c_stdout", "{\"FileName\":\"/dev/null\",\"MaxSize\":\"1TiB\"}");
    for (int i = 0; i < ROUNDS; i++) {
        measure(&json, run_json);
        measure(&copy, run_memcpy);
    }
    ilf_flusher_free(to_null);
    row("json_gb_per_s", gigabytes / json.cpu, "GB/s", gigabytes / copy.cpu, copy.cpu / json.cpu);
}

/* --- Formats against memcpy of the same bytes -------------------------------------------------- */

static struct ilf__format format;
static struct ilf__text formatted;

static ilf_status take_item(void *context, struct ilf__text *text, const struct ilf__item *item)
{
    (void)context;
    if (item->n_records > 1 || text->len > WRITE_SIZE)
        text->len = 0;
    return ILF_OK;
}

static void refuse_item(void *context, size_t index, const char *why)
{
    (void)context;
    (void)index;
    die("format", why);
}

static void run_format(void)
{
    const struct ilf__sink sink = {NULL, take_item, refuse_item};
    ilf_error err;

    for (int i = 0; i < BATCHES; i++)
        for (size_t g = 0; g < nginx.batch.n_groups; g++)
            if (ilf__format_group(&format, &nginx.groups[g], &formatted, &sink, &err) != ILF_OK)
                die("format", err.text);
    formatted.len = 0;
}

static void bench_format(const char *protocol, const char *encoding, const char *name)
{
    const struct ilf__format_options options = {
        .protocol = protocol, .encoding = encoding, .separator = ""};
    struct spent best = {0}, copy = {0};
    double gigabytes = (double)nginx.batch.n_bytes * BATCHES / 1e9;
    ilf_error err;

    if (ilf__format_init(&format, &options, NULL, &err) != ILF_OK)
        die(protocol, err.text);
    for (int i = 0; i < ROUNDS; i++) {
        measure(&best, run_format);
        measure(&copy, run_memcpy);
    }
    ilf__format_dispose(&format);
    row(name, gigabytes / best.cpu, "GB/s", gigabytes / copy.cpu, copy.cpu / best.cpu);
}

static void bench_formats(void)
{
    bench_format("custom_single", "json", "format_custom_single_gb_per_s");
    bench_format("custom_single_flatten", "json", "format_flatten_gb_per_s");
    bench_format("jsonline", "json", "format_jsonline_gb_per_s");
    bench_format("otlp_v1", "protobuf", "format_otlp_gb_per_s");
    ilf__text_dispose(&formatted);
}

/* --- A file against write(2) of the same bytes -------------------------------------------------
 */

static char path[4096];
static char *ready; /* one batch, formatted */
static size_t ready_len;
static ilf_flusher *to_file;
static int raw = -1;

static void write_raw(const char *ptr, size_t len)
{
    while (len > 0) {
        ssize_t n = write(raw, ptr, len);

        if (n < 0 && errno != EINTR)
            die("write", strerror(errno));
        if (n > 0) {
            ptr += n;
            len -= (size_t)n;
        }
    }
}

static void run_file(void)
{
    flush_all(to_file, FILE_BATCHES);
}

static void run_chunks(void)
{
    static char chunk[WRITE_SIZE];
    size_t left = ready_len * FILE_BATCHES;

    for (size_t i = 0; i < sizeof(chunk); i++)
        chunk[i] = ready[i % ready_len];
    while (left > 0) {
        size_t n = left < sizeof(chunk) ? left : sizeof(chunk);

        write_raw(chunk, n);
        left -= n;
    }
}

static void run_records(void)
{
    size_t n = NGINX_GROUPS * NGINX_LOGS, len = ready_len / n;

    for (int i = 0; i < FILE_BATCHES; i++)
        for (size_t l = 0; l < n; l++)
            write_raw(ready + l * len, len);
}

static void open_raw(void)
{
    raw = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (raw < 0)
        die(path, strerror(errno));
}

static void close_raw(void)
{
    close(raw);
    unlink(path);
}

static void start_file(void)
{
    char config[4200];

    (void)snprintf(config, sizeof(config), "{\"FileName\":\"%s\",\"MaxSize\":\"1TiB\"}", path);
    to_file = start("flusher_c_stdout", config);
}

static void stop_file(void)
{
    ilf_flusher_free(to_file);
    unlink(path);
}

static void format_one(void)
{
    int fd;

    start_file();
    flush_all(to_file, 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ready_len = fd < 0 ? 0 : (size_t)lseek(fd, 0, SEEK_END);
    ready = malloc(ready_len + 1);
    if (!ready || ready_len == 0 || pread(fd, ready, ready_len, 0) != (ssize_t)ready_len)
        die(path, "can't read what was written");
    close(fd);
    stop_file();
}

static void bench_file(void)
{
    struct spent file = {0}, chunks = {0}, records = {0};
    double megabytes, per_record = 1e9 / ((double)FILE_BATCHES * NGINX_GROUPS * NGINX_LOGS);

    (void)snprintf(path, sizeof(path), "%s/bench.log", folder);
    unlink(path);
    format_one();
    megabytes = (double)ready_len * FILE_BATCHES / 1e6;
    for (int i = 0; i < ROUNDS; i++) {
        start_file();
        measure(&file, run_file);
        stop_file();
        open_raw();
        measure(&chunks, run_chunks);
        close_raw();
        open_raw();
        measure(&records, run_records);
        close_raw();
    }
    free(ready);
    row("file_vs_write", megabytes / file.wall, "MB/s", megabytes / chunks.wall,
        chunks.wall / file.wall);
    row("file_cpu_vs_write_per_record", file.cpu * per_record, "ns/record",
        records.cpu * per_record, file.cpu / records.cpu);
}

/* --- Start-up with plugins against start-up without -------------------------------------------- */

static void start_process(void)
{
    int want = *startup_plugins ? PLUGINS : 0, got = startup_run();

    if (got < 0)
        die("start again", strerror(errno));
    if (got != want) {
        fprintf(stderr, "bench: want %d plugins of '%s', got %d\n", want, startup_plugins, got);
        exit(1);
    }
}

static void bench_plugins(void)
{
    struct spent with = {0}, without = {0};
    char plugins[4096];

    (void)snprintf(plugins, sizeof(plugins), "%s/bench/plugins", folder);
    for (int i = 0; i < ROUNDS; i++) {
        startup_plugins = plugins;
        measure(&with, start_process);
        startup_plugins = "";
        measure(&without, start_process);
    }
    row("load_50_plugins_ms", (with.wall - without.wall) * 1e3, "ms", without.wall * 1e3,
        with.wall / without.wall);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], STARTUP_ARGUMENT) == 0)
        return startup_count();
    folder = argc > 1 ? argv[1] : ".";
    bench_plugins();
    nginx_fill(&nginx);
    bench_json();
    bench_formats();
    bench_file();
    return 0;
}
