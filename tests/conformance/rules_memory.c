/* Rules about memory: whose it is, how long, and what is left of it. */
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

/* Time for a thread of the plugin to do what it must not. */
static void let_threads_run(void)
{
    (void)usleep(50000);
}

static void leaves_the_batch_alone(const struct rule *rule)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");

    (void)rule;
    region_protect(sample->region, PROT_READ, "which is borrowed: it was written to");
    (void)give(i, sample);
    (void)call_stop(i);
}

static void guard_strings(struct sample *s)
{
    s->pair->key = guarded_str(s->pair->key);
    s->pair->value = guarded_str(s->pair->value);
    s->group->topic = guarded_str(s->group->topic);
    s->group->source = guarded_str(s->group->source);
    s->group->category = guarded_str(s->group->category);
    s->group->machine_uuid = guarded_str(s->group->machine_uuid);
    s->batch->route.project = s->events->route.project = guarded_str(s->batch->route.project);
    s->batch->route.logstore = s->events->route.logstore = guarded_str(s->batch->route.logstore);
    s->batch->route.config = s->events->route.config = guarded_str(s->batch->route.config);
    s->field->key = guarded_str(s->field->key);
    s->field->value.as.str = guarded_str(s->field->value.as.str);
    s->log_event->name = guarded_str(s->log_event->name);
    s->log_event->level = guarded_str(s->log_event->level);
    s->log_event->trace_id = guarded_str(s->log_event->trace_id);
    s->log_event->span_id = guarded_str(s->log_event->span_id);
}

static void reads_to_the_length(const struct rule *rule)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");

    (void)rule;
    guard_strings(sample);
    (void)give(i, sample);
    (void)call_stop(i);
}

static void forgets_the_batch(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    for (int n = 0; n < 3; n++) {
        struct sample *sample = sample_new("a batch of before");

        (void)give(i, sample);
        region_protect(sample->region, PROT_NONE, "which was borrowed until that call returned");
        (void)call_ready(i);
        let_threads_run();
    }
    call_urgent(i, false);
    (void)call_stop(i);
}

static void forgets_the_route(const struct rule *rule)
{
    const ilf_flusher_ops *ops = loaded();
    struct instance *i = start();

    (void)rule;
    if (!ops->is_ready)
        skip("it has no is_ready hook");
    for (int n = 0; n < 3; n++) {
        struct region *region = region_new("a route that is_ready was given before", 4096);
        ilf_route *route = region_alloc(region, sizeof(*route), 16);
        char *text = region_alloc(region, 8, 1);

        memcpy(text, "project", 8);
        *route = (ilf_route){{text, 7}, {text, 7}, {text, 7}, 1};
        step("is_ready");
        (void)ops->is_ready(i->self, route);
        region_protect(region, PROT_NONE, "which was borrowed until that call returned");
        (void)give(i, sample_new("the batch"));
    }
    (void)call_stop(i);
}

static void stays_inside(const struct rule *rule)
{
    const size_t size = loaded()->instance_size;
    struct instance *i = make(NULL, true);
    unsigned char *end = (unsigned char *)i->self + (size > 0 ? size : 1);
    const size_t slack = (16 - size % 16) % 16;

    (void)rule;
    memset(end, 0x5a, size > 0 ? slack : 0); /* before the guard page, for alignment's sake */
    if (call_init(i) != ILF_OK)
        skip("init fails: see init.succeeds");
    use(i);
    call_urgent(i, false);
    (void)call_stop(i);
    for (size_t n = 0; size > 0 && n < slack; n++)
        if (end[n] != 0x5a)
            fail("seen    byte %zu behind the instance of %zu bytes was written", n, size);
}

/* The same error for all calls would hide who keeps it. */
static void forgets_the_error(const struct rule *rule)
{
    struct instance *i = start();

    (void)rule;
    for (int n = 0; n < 3; n++) {
        struct region *region = region_new("an ilf_error of before", sizeof(ilf_error));
        ilf_error *usual = i->err;

        i->err = region_last(region, sizeof(ilf_error), 1);
        (void)give(i, sample_new("the batch"));
        region_protect(region, PROT_NONE, "which was borrowed until that call returned");
        i->err = usual;
        (void)call_ready(i);
        let_threads_run();
    }
    (void)call_stop(i);
}

static void fills_the_error_only(json_t *config, const char *option)
{
    struct instance *i = make(config, true);

    (void)option;
    if (i && call_init(i) == ILF_OK)
        (void)call_stop(i);
}

static void writes_inside_the_error(const struct rule *rule)
{
    struct instance *i = make(NULL, true);

    (void)rule;
    fills_the_error_only(the.config, NULL);
    each_odd_config(fills_the_error_only);
    if (call_init(i) != ILF_OK)
        skip("init fails: see init.succeeds");
    use(i);
    (void)call_stop(i);
    if (heard.failures == 0)
        skip("no call could be made to fail");
}

enum kept { INSTANCE, HOST, VALUES };

static void lets_go(enum kept what)
{
    struct instance *i = make(NULL, true);
    struct region *values = region_new("the option values", 1 << 16);

    for (const ilf_option *o = the.ops->options; o && o->name; o++) {
        const char **value = (const char **)(void *)((char *)i->self + o->offset);

        if (o->type == ILF_OPT_STR && strlen(*value) < 1024)
            *value =
                memcpy(region_alloc(values, strlen(*value) + 1, 1), *value, strlen(*value) + 1);
    }
    if (what == VALUES)
        region_protect(values, PROT_READ, "which are borrowed: they were written to");
    if (call_init(i) != ILF_OK)
        skip("init fails: see init.succeeds");
    use(i);
    (void)call_stop(i);
    step("after stop, for a moment");
    region_protect(what == INSTANCE ? region_of(i->self)
                   : what == HOST   ? region_of(i->host)
                                    : values,
                   PROT_NONE, "which lives until stop has returned");
    let_threads_run();
    live();
}

static void lets_go_of_the_instance(const struct rule *rule)
{
    (void)rule;
    lets_go(INSTANCE);
}

static void lets_go_of_the_host(const struct rule *rule)
{
    (void)rule;
    lets_go(HOST);
}

static void lets_go_of_the_options(const struct rule *rule)
{
    (void)rule;
    (void)need_options();
    lets_go(VALUES);
}

extern const struct rule rules_memory[];
const struct rule rules_memory[] = {
    {"memory.batch-written", "The batch is not written to.", "copy what must be changed",
     .run = leaves_the_batch_alone},
    {"memory.batch-kept", "The batch is not touched after the call has returned.",
     "copy what must live longer", .run = forgets_the_batch},
    {"memory.string-end", "Strings are not read beyond their length.",
     "there is no NUL: use len, memchr, %.*s", .run = reads_to_the_length},
    {"memory.route-kept", "is_ready's route is not touched after it has returned.",
     "copy what must live longer", .run = forgets_the_route},
    {"memory.error-kept", "An ilf_error is not touched after the call has returned.",
     "use the one of the call", .run = forgets_the_error},
    {"memory.error-end", "An error is not written beyond its end.", "use ilf_fail",
     .run = writes_inside_the_error},
    {"memory.instance-end", "Nothing behind instance_size bytes is touched.",
     "set instance_size to sizeof your struct", .run = stays_inside},
    {"memory.instance-kept", "The instance is not touched after stop.", "join every thread in stop",
     .run = lets_go_of_the_instance},
    {"memory.host-kept", "The ilf_host is not touched after stop.", "join every thread in stop",
     .run = lets_go_of_the_host},
    {"memory.options-kept", "Option values are not written to, nor touched after stop.",
     "copy what must be changed or live longer", .run = lets_go_of_the_options},
    {0},
};
