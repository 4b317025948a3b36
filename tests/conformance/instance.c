/* An instance under test. Its hooks are called directly, as the runtime does but with nothing
 * between that could hide a fault, and what it says is held against the contract as it says it. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "deliver.h"
#include "instance.h"
#include "options.h"

enum { MAX_INSTANCES = 256 };

struct heard heard;
const char *canary;

static struct instance *instances[MAX_INSTANCES];
static int n_instances;
/* Not of the heap: a host that is used too late is found by a rule, and not by chance. */
static ilf_host hosts[MAX_INSTANCES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void note(enum problem problem, const char *format, ...)
{
    va_list args;

    if (heard.problem[problem][0])
        return;
    va_start(args, format);
    (void)vsnprintf(heard.problem[problem], sizeof(heard.problem[problem]), format, args);
    va_end(args);
}

void look_for_secret(const char *where, ilf_str text)
{
    if (canary && memmem(text.ptr, text.len, canary, strlen(canary)))
        note(SECRET_TOLD, "seen    %s: %.*s", where, (int)(text.len < 300 ? text.len : 300),
             text.ptr);
}

/* --- The host ---------------------------------------------------------------------------------- */

struct instance *instance_of(const void *context)
{
    for (int i = 0; context && i < n_instances; i++)
        if (instances[i] == context)
            return instances[i];
    return NULL;
}

struct instance *owner(void *context, const char *function)
{
    struct instance *i = instance_of(context);

    if (i && i->over)
        note(HOST_AFTER_STOP, "called  host->%s after stop has returned", function);
    if (i)
        return i;
    note(HOST_CONTEXT, "called  host->%s(%p, ...), and not with host->context", function, context);
    return NULL;
}

static void host_log(void *context, ilf_level level, ilf_str text)
{
    struct instance *i;
    const int shown = (int)(text.len < 200 ? text.len : 200);

    pthread_mutex_lock(&lock);
    i = owner(context, "log");
    heard.lines++;
    if (has_control(text.ptr, text.len))
        note(LOG_LINES, "seen    the line \"%.*s\" holds a control character", shown, text.ptr);
    if (!is_utf8(text.ptr, text.len))
        note(LOG_UTF8, "seen    the line \"%.*s\"", shown, text.ptr);
    if (text.len == 0)
        note(LOG_EMPTY, "called  host->log with an empty text");
    if ((int)level < ILF_LEVEL_DEBUG || level > ILF_LEVEL_ERROR)
        note(LOG_LEVEL, "seen    level %d for the line \"%.*s\"", (int)level, shown, text.ptr);
    look_for_secret("the log", text);
    if (text.len < sizeof(heard.log) - heard.log_len - 1) {
        memcpy(heard.log + heard.log_len, text.ptr, text.len);
        heard.log_len += text.len;
        heard.log[heard.log_len++] = '\n';
        heard.log[heard.log_len] = '\0';
    }
    if (i && strlen(i->log) + text.len + 2 < sizeof(i->log)) {
        strncat(i->log, text.ptr, text.len);
        strcat(i->log, "\n");
    }
    pthread_mutex_unlock(&lock);
}

static uint64_t host_now(void *context)
{
    struct timespec ts;

    (void)owner(context, "now");
    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static ilf_counter *host_counter(void *context, const char *name, const char *help)
{
    struct instance *i;
    size_t len = strlen(name);

    pthread_mutex_lock(&lock);
    i = owner(context, "counter");
    heard.counters++;
    if (i && !i->first_counter[0])
        (void)snprintf(i->first_counter, sizeof(i->first_counter), "%s", name);
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len || len < 7 ||
        strcmp(name + len - 6, "_total") != 0)
        note(COUNTER_NAME, "seen    the name \"%.100s\"", name);
    if (!help || !*help || has_control(help, strlen(help)) || !is_utf8(help, strlen(help)))
        note(COUNTER_HELP, "seen    the help \"%.100s\" of %.100s", help ? help : "(NULL)", name);
    look_for_secret("a counter", (ilf_str){name, len});
    look_for_secret("the help of a counter", (ilf_str){help, help ? strlen(help) : 0});
    pthread_mutex_unlock(&lock);
    return context;
}

static void host_counter_add(void *context, ilf_counter *counter, uint64_t n)
{
    (void)n;
    pthread_mutex_lock(&lock);
    (void)owner(context, "counter_add");
    if ((void *)counter != context)
        note(COUNTER_FOREIGN,
             "called  host->counter_add with %p, which host->counter has not given "
             "to this instance",
             (void *)counter);
    pthread_mutex_unlock(&lock);
}

static bool host_gauge(void *context, const char *name, const char *help, const ilf_kv *labels,
                       size_t n_labels, double value)
{
    size_t len = strlen(name);

    (void)value;
    pthread_mutex_lock(&lock);
    (void)owner(context, "gauge");
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len || len == 0)
        note(COUNTER_NAME, "seen    the name \"%.100s\"", name);
    if (!help || !*help || has_control(help, strlen(help)) || !is_utf8(help, strlen(help)))
        note(COUNTER_HELP, "seen    the help \"%.100s\" of %.100s", help ? help : "(NULL)", name);
    look_for_secret("a gauge", (ilf_str){name, len});
    for (size_t i = 0; i < n_labels; i++)
        look_for_secret("a label of a gauge", labels[i].value);
    pthread_mutex_unlock(&lock);
    return true;
}

static bool host_ordered(void *context)
{
    (void)owner(context, "ordered");
    return ((struct instance *)context)->ordered;
}

/* --- Making -------------------------------------------------------------------------------------- */

static bool configure(struct instance *i, json_t *config, ilf_error *err)
{
    const struct ilf__complaint to = {.who = the.ops->name, .err = err};
    struct ilf__common_options common;
    struct ilf__target targets[3];
    char *json = json_dumps(config, 0);
    bool ok;

    ilf__aim(targets, the.ops, i->self, &common);
    ok = json && ilf__configure(targets, &to, json, strlen(json), &i->values) == ILF_OK;
    free(json);
    i->ordered = ok && the.ops->send && common.delivery.order != ILF__ORDER_NONE;
    return ok;
}

struct instance *make(json_t *config, bool guard)
{
    const ilf_flusher_ops *ops = loaded();
    const char *unsound = unsound_options(ops);
    struct instance *i = calloc(1, sizeof(*i));
    size_t size = ops->instance_size > 0 ? ops->instance_size : 1;
    ilf_error err = {""};

    if (unsound)
        skip("the table of options is broken: see %s", unsound);
    if (!i || n_instances == MAX_INSTANCES)
        skip("out of memory");
    if (guard) {
        i->self = region_last(region_new("the instance", size), size, 16);
        i->host = region_last(region_new("the host", sizeof(ilf_host)), sizeof(ilf_host), 16);
        i->err = region_last(region_new("the ilf_error", sizeof(ilf_error)), sizeof(ilf_error), 1);
    } else {
        i->self = calloc(1, size);
        i->host = &hosts[n_instances];
        i->err = calloc(1, sizeof(ilf_error));
    }
    i->guarded = guard;
    i->id = n_instances;
    instances[n_instances++] = i;
    *i->host = (ilf_host){
        .struct_size = sizeof(ilf_host),
        .context = i,
        .log = host_log,
        .now = host_now,
        .counter = host_counter,
        .counter_add = host_counter_add,
        .tune = host_tune,
        .complete = host_complete,
        .gauge = host_gauge,
        .ordered = host_ordered,
    };
    delivery_reset(i);
    if (configure(i, config ? config : the.config, &err))
        return i;
    if (!config)
        skip("the configuration is rejected: see load.config");
    discard(i);
    return NULL;
}

struct instance *start(void)
{
    struct instance *i = make(NULL, false);

    if (call_init(i) != ILF_OK)
        skip("init fails (%.300s): see init.succeeds", i->err->text);
    return i;
}

void discard(struct instance *i)
{
    ilf__arena_dispose(&i->values);
    if (!i->guarded) {
        free(i->self);
        free(i->err);
    }
    instances[i->id] = NULL;
    if (i->id == n_instances - 1)
        n_instances--;
    free(i);
}

/* --- Calls ------------------------------------------------------------------------------------- */

void before(struct instance *i, const char *verb)
{
    step("%s", verb);
    memset(i->err->text, 0xff, sizeof(i->err->text));
    i->err->text[0] = '\0';
}

static void judge_text(struct instance *i, const char *verb, size_t logged)
{
    const char *text = i->err->text;
    size_t len = strnlen(text, sizeof(i->err->text));

    heard.failures++;
    if (len == sizeof(i->err->text)) {
        note(ERROR_ENDLESS, "seen    %s fails with a text that has no NUL", verb);
        i->err->text[len - 1] = '\0';
        return;
    }
    if (len == 0)
        note(ERROR_EMPTY, "seen    %s fails without a text", verb);
    if (has_control(text, len))
        note(ERROR_LINES, "seen    %s fails with \"%.200s\"", verb, text);
    if (!is_utf8(text, len))
        note(ERROR_UTF8, "seen    %s fails with \"%.200s\"", verb, text);
    if (len >= 8 && strstr(heard.log + logged, text))
        note(ERROR_LOGGED, "seen    %s fails with \"%.200s\", and has logged it too", verb, text);
    look_for_secret("an error", (ilf_str){text, len});
}

ilf_status judge(struct instance *i, const char *verb, int status, size_t logged)
{
    if (status < ILF_OK || status > ILF_ERR_NOMEM)
        note(BAD_STATUS, "seen    %s returns %d", verb, status);
    if (status == ILF_ERR_CONFIG && strcmp(verb, "init") != 0)
        note(BAD_FLUSH_STATUS, "seen    %s returns ILF_ERR_CONFIG", verb);
    if (status != ILF_OK)
        judge_text(i, verb, logged);
    return (ilf_status)status;
}

ilf_status call_init(struct instance *i)
{
    size_t logged = heard.log_len;
    int status;

    before(i, "init");
    if (!the.ops->init)
        return ILF_OK;
    delivery_of(i)->starting = true;
    status = (int)the.ops->init(i->self, i->host, i->err);
    delivery_of(i)->starting = false;
    return judge(i, "init", status, logged);
}

bool call_ready(struct instance *i)
{
    const ilf_route route = {{"project", 7}, {"logstore", 8}, {"config", 6}, 1};

    step("is_ready");
    return the.ops->is_ready ? the.ops->is_ready(i->self, &route) : true;
}

ilf_status call_flush(struct instance *i, const ilf_batch *batch)
{
    size_t logged = heard.log_len;

    before(i, "flush");
    return judge(i, "flush", (int)the.ops->flush(i->self, batch, i->err), logged);
}

ilf_status call_export(struct instance *i, const ilf_event_batch *batch)
{
    size_t logged = heard.log_len;

    before(i, "export_events");
    return judge(i, "export_events", (int)the.ops->export_events(i->self, batch, i->err), logged);
}

void call_urgent(struct instance *i, bool exiting)
{
    step("set_urgent(%s)", exiting ? "true" : "false");
    if (the.ops->set_urgent)
        the.ops->set_urgent(i->self, exiting);
}

ilf_status call_stop(struct instance *i)
{
    size_t logged = heard.log_len;
    ilf_status status = ILF_OK;

    before(i, "stop");
    if (the.ops->stop)
        status = judge(i, "stop", (int)the.ops->stop(i->self, i->err), logged);
    i->over = true;
    step("after stop");
    return status;
}
