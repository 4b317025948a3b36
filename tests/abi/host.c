/* A host in plain C: everything that bridge.h offers, in the order in which a host uses it. Run by
 * `make test`, and the place to look for how to embed libilf. Usage: host OUTPUT-FILE */
#include <ilf/bridge.h>

#include <stdlib.h>
#include <string.h>

#define STR(literal) ((ilf_str){literal, sizeof(literal) - 1})

static void log_line(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    fprintf(stderr, "host: level %d: %.*s\n", (int)level, (int)text.len, text.ptr);
}

static void require(int ok, const char *what, const ilf_error *err)
{
    if (ok)
        return;
    fprintf(stderr, "host: %s: %s\n", what, err ? err->text : "failed");
    exit(1);
}

static void flush_logs(ilf_flusher *f, const ilf_route *route)
{
    static const ilf_kv pairs[] = {{{"method", 6}, {"GET", 3}}, {{"body", 4}, {"a\0b", 3}}};
    static const ilf_kv tags[] = {{{"host", 4}, {"h1", 2}}};
    ilf_log log = {0};
    ilf_group group = {0};
    ilf_batch batch = {0};
    ilf_error err;

    log.time = 1700000000;
    log.contents = pairs;
    log.n_contents = 2;
    group.topic = STR("nginx");
    group.tags = tags;
    group.n_tags = 1;
    group.logs = &log;
    group.n_logs = 1;
    batch.struct_size = sizeof(batch);
    batch.route = *route;
    batch.groups = &group;
    batch.n_groups = 1;
    require(ilf_flusher_flush(f, &batch, &err) == ILF_OK, "flush", &err);
}

static void export_events(ilf_flusher *f, const ilf_route *route)
{
    ilf_field body = {STR("content"), {.type = ILF_VALUE_BYTES, .as.str = STR("hello")}};
    ilf_log_event log = {.timestamp = 1, .contents = &body, .n_contents = 1};
    ilf_event event = {.type = ILF_EVENT_LOG, .as.log = &log};
    ilf_event_group group = {.events = &event, .n_events = 1};
    ilf_event_batch batch = {
        .struct_size = sizeof(batch), .route = *route, .groups = &group, .n_groups = 1};
    ilf_error err;

    require(ilf_flusher_export(f, &batch, &err) == ILF_OK, "export", &err);
}

static void flush_protobuf(ilf_flusher *f, const ilf_route *route)
{
    /* One group with one log: Time 1700000000, k=v (see the host's contract, 4.2). */
    static const unsigned char list[] = {0x0a, 0x18, 0x0a, 0x0e, 0x08, 0x80, 0xe2, 0xcf, 0xaa,
                                         0x06, 0x12, 0x06, 0x0a, 0x01, 0x6b, 0x12, 0x01, 0x76,
                                         0x12, 0x00, 0x1a, 0x00, 0x22, 0x00, 0x2a, 0x00};
    ilf_error err;

    require(ilf_flusher_flush_pb(f, route, list, sizeof(list), &err) == ILF_OK, "flush_pb", &err);
    require(ilf_flusher_flush_pb(f, route, list, sizeof(list) - 1, &err) == ILF_ERR_DROP,
            "half a message was taken", NULL);
}

static void print_text(size_t (*write)(char *, size_t))
{
    size_t size = write(NULL, 0) + 1;
    char *text = malloc(size);

    require(text && write(text, size) < size, "metrics", NULL);
    printf("%s", text);
    free(text);
}

int main(int argc, char **argv)
{
    const ilf_host host = {.struct_size = sizeof(host), .log = log_line};
    const ilf_route route = {STR("project"), STR("logstore"), STR("config"), 123};
    char config[4096], page[8192];
    ilf_flusher *f;
    ilf_error err;

    require(argc == 2, "usage: host OUTPUT-FILE", NULL);
    require(ilf_abi() >> 16 == ILF_ABI_MAJOR && ilf_abi() >= ILF_ABI,
            "libilf is not the one of these headers", NULL);
    printf("libilf %s\n", ilf_version());
    for (size_t i = 0; ilf_flusher_name(i); i++)
        printf("%s: %zu bytes of explanation\n", ilf_flusher_name(i),
               ilf_explain(ilf_flusher_name(i), NULL, page, sizeof(page), &err));

    require(!ilf_flusher_new("flusher_c_stdot", &host, &err), "a flusher that is none", NULL);
    printf("%s\n", err.text);
    (void)snprintf(config, sizeof(config), "{\"FileNam\":\"x\",\"Timestamp\":1}");
    require(ilf_check("flusher_c_stdout", config, strlen(config), page, sizeof(page)) > 0,
            "a bad configuration passes the check", NULL);
    printf("%s", page);
    f = ilf_flusher_new("flusher_c_stdout", &host, &err);
    require(f != NULL, "new", &err);
    (void)snprintf(config, sizeof(config), "{\"FileName\":\"%s\",\"Timestamp\":false}", argv[1]);
    require(ilf_flusher_configure(f, "{", 1, &err) == ILF_ERR_CONFIG, "bad JSON was taken", NULL);
    printf("%s\n", err.text);
    require(ilf_flusher_configure(f, config, strlen(config), &err) == ILF_OK, "configure", &err);
    require(ilf_flusher_init(f, &route, &err) == ILF_OK, "init", &err);
    printf("%s\n", ilf_flusher_description(f));
    require(ilf_flusher_is_ready(f, &route), "is not ready", NULL);
    flush_logs(f, &route);
    export_events(f, &route);
    flush_protobuf(f, &route);
    ilf_flusher_set_urgent(f, true);
    require(ilf_flusher_stop(f, &err) == ILF_OK, "stop", &err);
    print_text(ilf_metrics);
    ilf_flusher_free(f);
    return 0;
}
