/* Rules about what a flusher says: statuses, errors, log lines, counters; and about secrets. */
#include <stdlib.h>

#include "check.h"

enum { NEEDS_FAILURE = 1, NEEDS_LINE = 2, NEEDS_COUNTER = 4 };

static void give_odd_samples(void)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");

    sample->pair->value = sample->field->value.as.str = (ilf_str){"\xff\n\0", 3};
    (void)give(i, sample);
    call_urgent(i, false);
    (void)call_stop(i);
}

/* Live in every way; what was heard is on heard.problem. */
static void says(const struct rule *rule)
{
    enum problem problem = (enum problem)(rule->number >> 3);

    live_in_every_way();
    if (problem == ERROR_LINES || problem == ERROR_UTF8) /* an error may quote what it was given */
        give_odd_samples();
    if (heard.problem[problem][0])
        fail("%s", heard.problem[problem]);
    if ((rule->number & NEEDS_FAILURE) && heard.failures == 0)
        skip("no call could be made to fail");
    if ((rule->number & NEEDS_LINE) && heard.lines == 0)
        skip("it logs nothing");
    if ((rule->number & NEEDS_COUNTER) && heard.counters == 0)
        skip("it has no counters");
}

/* --- The place ------------------------------------------------------------------------------------- */

static unsigned places;

/* Does the text tell what @value is? Of a list or a map, one element, as the kit makes them. */
static bool tells(const char *text, const json_t *value)
{
    char number[32];

    if (json_is_array(value))
        return tells(text, json_array_get(value, 0));
    if (json_is_object(value))
        return tells(text, json_object_iter_value(json_object_iter((json_t *)(uintptr_t)value)));
    if (json_is_string(value))
        return strstr(text, json_string_value(value)) != NULL;
    (void)snprintf(number, sizeof(number), "%.15g", json_number_value(value));
    return json_is_number(value) && strstr(text, number);
}

static void names_the_option(json_t *config, const char *option)
{
    struct instance *i = make(config, false);

    if (!i)
        return;
    if (call_init(i) == ILF_OK) {
        (void)call_stop(i);
        return;
    }
    places++;
    if (*i->err->text && !strcasestr(i->err->text, option) &&
        !tells(i->err->text, json_object_get(config, option)))
        fail("called  init, with an odd %.60s\nseen    it fails with \"%.300s\", which names "
             "neither "
             "the option nor its value",
             option, i->err->text);
}

static void names_the_place(const struct rule *rule)
{
    (void)rule;
    (void)call_stop(start()); /* or a skip: then it would fail anyway */
    each_odd_config(names_the_option);
    if (places == 0)
        skip("no value of an option makes init fail");
}

/* --- Secrets --------------------------------------------------------------------------------------- */

static const char secret[] = "c4nary-of-ilfcheck";

/* Put the canary into every secret of @options; returns how many. */
static size_t plant(json_t *config, const ilf_option *options)
{
    size_t n = 0;

    for (const ilf_option *o = options; o && o->name; o++) {
        json_t *value = NULL;

        if (o->type == ILF_OPT_TABLE) {
            value = json_object();
            n += plant(value, o->table);
        } else if (!(o->flags & ILF_OPT_SECRET)) {
            continue;
        } else {
            value = o->type == ILF_OPT_LIST  ? json_pack("[s]", secret)
                    : o->type == ILF_OPT_MAP ? json_pack("{s:s}", "k", secret)
                                             : json_string(secret);
            n++;
        }
        if (value && json_object_size(value) + json_array_size(value) + json_is_string(value) > 0)
            (void)json_object_set(config, o->name, value);
        json_decref(value);
    }
    return n;
}

static void keeps_secrets(const struct rule *rule)
{
    struct instance *i;

    (void)rule;
    (void)need_options();
    if (plant(the.config, the.ops->options) == 0)
        skip("it has no secret options");
    canary = secret;
    i = make(NULL, false);
    if (call_init(i) == ILF_OK) {
        use(i);
        call_urgent(i, false);
        use(i);
        (void)call_stop(i);
    }
    if (!heard.problem[SECRET_TOLD][0] && call_init(make(NULL, false)) == ILF_OK)
        live_in_every_way();
    if (heard.problem[SECRET_TOLD][0])
        fail("%s", heard.problem[SECRET_TOLD]);
    if (strstr(output_of(1), secret) || strstr(output_of(2), secret))
        fail("seen    it was printed");
}

/* --- Retry ----------------------------------------------------------------------------------------- */

/* How often does @what occur in what the plugin has printed and logged? */
static int count(const char *what)
{
    int n = 0;

    for (const char *at = heard.log; (at = strstr(at, what)); at++)
        n++;
    for (const char *at = output_of(1); (at = strstr(at, what)); at++)
        n++;
    return n;
}

enum { RECORDS = 20 };

static void number_records(struct sample *s)
{
    ilf_log *logs = sample_alloc(s, RECORDS * sizeof(*logs));
    ilf_event *events = sample_alloc(s, RECORDS * sizeof(*events));

    for (size_t r = 0; r < RECORDS; r++) {
        char *text = sample_alloc(s, 32);
        ilf_kv *pair = sample_alloc(s, sizeof(*pair));
        ilf_field *field = sample_alloc(s, sizeof(*field));
        ilf_log_event *event = sample_alloc(s, sizeof(*event));
        ilf_str value = {text, (size_t)snprintf(text, 32, "record-%02zu-of-ilfcheck", r)};

        *pair = (ilf_kv){s->pair->key, value};
        logs[r] = *s->log;
        logs[r].contents = pair;
        *field = (ilf_field){s->field->key, {.type = ILF_VALUE_STRING, .as.str = value}};
        *event = *s->log_event;
        event->contents = field;
        events[r] = (ilf_event){.type = ILF_EVENT_LOG, .as.log = event};
    }
    s->group->logs = logs;
    s->event_group->events = events;
    s->group->n_logs = s->event_group->n_events = RECORDS;
}

/* Starve the @n-th allocation of a flush, and repeat it as the runtime does. */
static bool repeat(uint64_t n, unsigned *retried)
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");
    ilf_status status;
    bool starved;
    int before;

    number_records(sample);
    before = count("record-00-of-ilfcheck");
    alloc_fail(n);
    for (uint32_t attempt = 0; attempt < 5; attempt++) {
        sample->batch->attempt = sample->events->attempt = attempt;
        status = the.ops->flush ? call_flush(i, sample->batch) : call_export(i, sample->events);
        if (status != ILF_ERR_RETRY && status != ILF_ERR_NOMEM)
            break;
        (*retried)++;
    }
    starved = alloc_has_failed();
    alloc_fail(0);
    (void)call_stop(i);
    (void)fflush(stdout);
    if (count("record-00-of-ilfcheck") > before + 1)
        fail("called  flush of %d records, with allocation %d failing; then the same batch "
             "again\nseen "
             "   the first record came out %d times",
             RECORDS, (int)n, count("record-00-of-ilfcheck") - before);
    discard(i);
    return starved;
}

static void repeats_nothing(const struct rule *rule)
{
    unsigned retried = 0;
    uint64_t n = 1;

    (void)rule;
    if (loaded()->send)
        skip("what encode has put is forgotten when it fails: see encode.again");
    if (!alloc_is_counted())
        skip("built with a sanitizer, which has an allocator of its own");
    while (n < 100 && repeat(n, &retried))
        n++;
    if (retried == 0)
        skip("flush could not be made to ask for a retry");
    if (count("record-00-of-ilfcheck") == 0)
        skip("records go where the kit does not look");
}

static void goes_on(const struct rule *rule)
{
    unsigned given_up = 0;
    bool starved = true;

    (void)rule;
    (void)loaded();
    if (!alloc_is_counted())
        skip("built with a sanitizer, which has an allocator of its own");
    for (uint64_t n = 1; n < 100 && starved; n++) {
        struct instance *i = start();
        struct sample *first = sample_new("a batch that was given up"),
                      *next = sample_new("the batch");
        ilf_status before = give(i, next), status;

        alloc_fail(n);
        status = give(i, first);
        starved = alloc_has_failed();
        alloc_fail(0);
        if (before == ILF_OK && (status == ILF_ERR_RETRY || status == ILF_ERR_NOMEM)) {
            given_up++;
            if (give(i, next) != ILF_OK)
                fail("called  flush, which asks for a retry; then another batch, with attempt "
                     "0\nseen   "
                     " it fails: \"%.300s\"",
                     i->err->text);
        }
        (void)call_stop(i);
        discard(i);
    }
    if (given_up == 0)
        skip("flush could not be made to ask for a retry");
}

#define SAYS(problem, needs) .run = says, .number = (problem) << 3 | (needs)

extern const struct rule rules_says[];
const struct rule rules_says[] = {
    {"status.known", "Hooks return an ilf_status.", "return one of ILF_OK, ILF_ERR_...",
     SAYS(BAD_STATUS, 0)},
    {"status.flush", "Only init fails with ILF_ERR_CONFIG.",
     "return ILF_ERR_DROP when it never will work, ILF_ERR_RETRY when it may",
     SAYS(BAD_FLUSH_STATUS, 0)},
    {"error.text", "A hook that fails says why.", "return ilf_fail(err, ...)",
     SAYS(ERROR_EMPTY, NEEDS_FAILURE)},
    {"error.line", "An error is one line.",
     "cut what others say at its newline; no newline of yours", SAYS(ERROR_LINES, NEEDS_FAILURE)},
    {"error.end", "An error ends with a NUL, within its size.", "use ilf_fail, not strncpy",
     SAYS(ERROR_ENDLESS, NEEDS_FAILURE)},
    {"error.utf8", "An error is UTF-8.", "quote no bytes of the data",
     SAYS(ERROR_UTF8, NEEDS_FAILURE)},
    {"error.logged", "What is returned as an error is not logged too.",
     "return it: the runtime logs it", SAYS(ERROR_LOGGED, NEEDS_FAILURE)},
    {"error.place", "An error about an option names it, or quotes its value.",
     "write it like: open '/path/of/Option': what to do", .run = names_the_place},
    {"error.secret", "No secret is shown in errors, log lines, counters, or on the console.",
     "name the option, not its value", .run = keeps_secrets},
    {"retry.once", "When a batch comes again, no record of it is written twice.",
     "build everything first and write it then, or remember how far it came",
     .run = repeats_nothing},
    {"retry.next", "When retrying has ended, the next batch is taken.",
     "start afresh when attempt is 0", .run = goes_on},
    {"log.line", "A line of the log is one line, without control characters.",
     "the host ends the line", SAYS(LOG_LINES, NEEDS_LINE)},
    {"log.utf8", "A line of the log is UTF-8.", "quote no bytes of the data",
     SAYS(LOG_UTF8, NEEDS_LINE)},
    {"log.empty", "A line of the log says something.", "leave empty lines out",
     SAYS(LOG_EMPTY, NEEDS_LINE)},
    {"log.level", "A line of the log has one of the levels.", "use ILF_LEVEL_...",
     SAYS(LOG_LEVEL, NEEDS_LINE)},
    {"counter.name", "A counter's name is of a to z, 0 to 9 and _, and ends in _total.",
     "rename it, as in mine_sent_total", SAYS(COUNTER_NAME, NEEDS_COUNTER)},
    {"counter.help", "A counter's help is one line of UTF-8 text.", "say what it counts",
     SAYS(COUNTER_HELP, NEEDS_COUNTER)},
    {"counter.own", "An instance counts with the counters that it was given.",
     "keep the pointer in the instance", SAYS(COUNTER_FOREIGN, NEEDS_COUNTER)},
    {"host.context", "The host's functions are called with the host's context.",
     "pass host->context, not host", SAYS(HOST_CONTEXT, 0)},
    {"host.after-stop", "The host is not used after stop.", "join every thread in stop",
     SAYS(HOST_AFTER_STOP, 0)},
    {0},
};
