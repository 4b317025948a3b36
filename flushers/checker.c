/* flusher_c_checker - hold what comes against what a test expects; stop fails with the first that
 * is missing. Checks are made as records pass, so memory does not grow with them. */
#include <ilf/flusher.h>

#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct checker_flusher {
    int64_t log_count;
    ilf_str_map any_key_value, every_key_value, any_key_regex;
    ilf_str_list every_key;
    bool block;

    const ilf_host *host;
    ilf_counter *counter;
    regex_t *regexes; /* of any_key_regex */
    size_t n_regexes;
    bool *any_seen;         /* per any_key_value: some record had it */
    bool *regex_seen;       /* per any_key_regex: likewise */
    bool *seen;             /* per every_key_value, then per every_key: this record has it */
    int64_t *first_without; /* likewise: the first record without it, counted from 1 */
    int64_t records;
};

static const ilf_option options[] = {
    ILF_OPTION(INT, struct checker_flusher, log_count, "LogCount", "-1",
               "exactly as many logs or events must come; -1: any number", .min = -1,
               .max = 0x1p53),
    ILF_OPTION(MAP, struct checker_flusher, any_key_value, "AnyKeyValue", NULL,
               "for each key some record must have this value"),
    ILF_OPTION(MAP, struct checker_flusher, any_key_regex, "AnyKeyRegex", NULL,
               "for each key some record must match this POSIX extended regular expression"),
    ILF_OPTION(MAP, struct checker_flusher, every_key_value, "EveryKeyValue", NULL,
               "every record must have each key with this value"),
    ILF_OPTION(LIST, struct checker_flusher, every_key, "EveryKey", NULL,
               "every record must have each of these keys"),
    ILF_OPTION(BOOL, struct checker_flusher, block, "Block", "false",
               "take nothing until the pipeline stops, as a sink that hangs"),
    {0},
};

static void free_state(struct checker_flusher *f)
{
    for (size_t i = 0; i < f->n_regexes; i++)
        regfree(&f->regexes[i]);
    free(f->regexes);
    free(f->any_seen);
    free(f->regex_seen);
    free(f->seen);
    free(f->first_without);
}

static size_t n_every(const struct checker_flusher *f)
{
    return f->every_key_value.n + f->every_key.n;
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct checker_flusher *f = self;

    f->host = host;
    f->counter =
        host->counter(host->context, "checker_records_total", "Records that were checked.");
    f->regexes = calloc(f->any_key_regex.n + 1, sizeof(*f->regexes));
    f->any_seen = calloc(f->any_key_value.n + 1, sizeof(bool));
    f->regex_seen = calloc(f->any_key_regex.n + 1, sizeof(bool));
    f->seen = calloc(n_every(f) + 1, sizeof(bool));
    f->first_without = calloc(n_every(f) + 1, sizeof(*f->first_without));
    if (!f->regexes || !f->any_seen || !f->regex_seen || !f->seen || !f->first_without) {
        free_state(f);
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < f->any_key_regex.n; i++) {
        const ilf_kv *kv = &f->any_key_regex.items[i];
        char why[128];
        int error = regcomp(&f->regexes[i], kv->value.ptr, REG_EXTENDED | REG_NOSUB);

        if (error != 0) {
            regerror(error, &f->regexes[i], why, sizeof(why));
            free_state(f);
            return ilf_fail(err, ILF_ERR_CONFIG, "AnyKeyRegex.%s: '%s': %s", kv->key.ptr,
                            kv->value.ptr, why);
        }
        f->n_regexes = i + 1;
    }
    return ILF_OK;
}

static bool matches(const regex_t *regex, ilf_str value)
{
    char copy[4096]; /* regexec needs a NUL; a longer value is checked up to here */
    size_t n = value.len < sizeof(copy) ? value.len : sizeof(copy) - 1;

    if (n > 0)
        memcpy(copy, value.ptr, n);
    copy[n] = '\0';
    return regexec(regex, copy, 0, NULL, 0) == 0;
}

static void check_pair(struct checker_flusher *f, ilf_str key, ilf_str value)
{
    for (size_t i = 0; i < f->any_key_value.n; i++)
        if (ilf_str_equal(key, f->any_key_value.items[i].key) &&
            ilf_str_equal(value, f->any_key_value.items[i].value))
            f->any_seen[i] = true;
    for (size_t i = 0; i < f->n_regexes; i++)
        if (!f->regex_seen[i] && ilf_str_equal(key, f->any_key_regex.items[i].key))
            f->regex_seen[i] = matches(&f->regexes[i], value);
    for (size_t i = 0; i < f->every_key_value.n; i++)
        if (ilf_str_equal(key, f->every_key_value.items[i].key) &&
            ilf_str_equal(value, f->every_key_value.items[i].value))
            f->seen[i] = true;
    for (size_t i = 0; i < f->every_key.n; i++)
        if (ilf_str_equal(key, (ilf_str){f->every_key.items[i], strlen(f->every_key.items[i])}))
            f->seen[f->every_key_value.n + i] = true;
}

static void end_record(struct checker_flusher *f)
{
    f->records++;
    for (size_t i = 0; i < n_every(f); i++) {
        if (!f->seen[i] && f->first_without[i] == 0)
            f->first_without[i] = f->records;
        f->seen[i] = false;
    }
}

/* Once the pipeline is to stop, the runtime asks no more. */
static bool is_ready(void *self, const ilf_route *route)
{
    (void)route;
    return !((struct checker_flusher *)self)->block;
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct checker_flusher *f = self;
    int64_t before = f->records;

    (void)err;
    for (size_t g = 0; g < batch->n_groups; g++) {
        for (size_t l = 0; l < batch->groups[g].n_logs; l++) {
            const ilf_log *log = &batch->groups[g].logs[l];

            for (size_t i = 0; i < log->n_contents; i++)
                check_pair(f, log->contents[i].key, log->contents[i].value);
            end_record(f);
        }
    }
    f->host->counter_add(f->host->context, f->counter, (uint64_t)(f->records - before));
    return ILF_OK;
}

/* Of events, the contents of logs that are text are checked; the others count as records. */
static void check_event(struct checker_flusher *f, const ilf_event *event)
{
    for (size_t i = 0; event->type == ILF_EVENT_LOG && i < event->as.log->n_contents; i++) {
        const ilf_field *field = &event->as.log->contents[i];

        if (field->value.type == ILF_VALUE_STRING || field->value.type == ILF_VALUE_BYTES)
            check_pair(f, field->key, field->value.as.str);
    }
    end_record(f);
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    struct checker_flusher *f = self;
    int64_t before = f->records;

    (void)err;
    for (size_t g = 0; g < batch->n_groups; g++)
        for (size_t e = 0; e < batch->groups[g].n_events; e++)
            check_event(f, &batch->groups[g].events[e]);
    f->host->counter_add(f->host->context, f->counter, (uint64_t)(f->records - before));
    return ILF_OK;
}

static ilf_status report(const struct checker_flusher *f, ilf_error *err)
{
    if (f->log_count >= 0 && f->records != f->log_count)
        return ilf_fail(err, ILF_ERR_DROP, "LogCount: want %" PRId64 " records, got %" PRId64,
                        f->log_count, f->records);
    for (size_t i = 0; i < f->any_key_value.n; i++)
        if (!f->any_seen[i])
            return ilf_fail(err, ILF_ERR_DROP, "AnyKeyValue: no record has '%s' with '%s'",
                            f->any_key_value.items[i].key.ptr, f->any_key_value.items[i].value.ptr);
    for (size_t i = 0; i < f->n_regexes; i++)
        if (!f->regex_seen[i])
            return ilf_fail(err, ILF_ERR_DROP, "AnyKeyRegex: no record has '%s' matching '%s'",
                            f->any_key_regex.items[i].key.ptr, f->any_key_regex.items[i].value.ptr);
    for (size_t i = 0; i < n_every(f); i++) {
        bool with_value = i < f->every_key_value.n;

        if (f->first_without[i] > 0)
            return ilf_fail(err, ILF_ERR_DROP, "%s: record %" PRId64 " has not '%s'%s%s%s",
                            with_value ? "EveryKeyValue" : "EveryKey", f->first_without[i],
                            with_value ? f->every_key_value.items[i].key.ptr
                                       : f->every_key.items[i - f->every_key_value.n],
                            with_value ? " with '" : "",
                            with_value ? f->every_key_value.items[i].value.ptr : "",
                            with_value ? "'" : "");
    }
    return ILF_OK;
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct checker_flusher *f = self;
    ilf_status status = report(f, err);

    free_state(f);
    return status;
}

const ilf_flusher_ops ilf_flusher_checker = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_checker",
    .description = "checks what comes against what a test expects, and discards it",
    .instance_size = sizeof(struct checker_flusher),
    .options = options,
    .init = init,
    .is_ready = is_ready,
    .flush = flush,
    .export_events = export_events,
    .stop = stop,
};
