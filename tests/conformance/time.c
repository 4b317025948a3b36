/* Where the time of a rule goes, and how much of it the plugin may take. */
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "check.h"
#include "value.h"

enum { LONGEST_TIMEOUT = 120 };

double seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Options are matched without regard to case. */
static const json_t *find(const json_t *config, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)config, key, value)
    {
        if (strcasecmp(key, name) == 0)
            return value;
    }
    return NULL;
}

static double longest_in(const ilf_option *table, const json_t *config)
{
    double longest = 0;

    for (const ilf_option *o = table; o && o->name; o++) {
        const json_t *value = find(config, o->name);
        const char *text = value ? json_string_value(value) : o->default_value;
        double ns = 0;

        if (o->type == ILF_OPT_TABLE)
            ns = longest_in(o->table, value) * 1e9;
        else if (o->type != ILF_OPT_DURATION || !strcasestr(o->name, "timeout"))
            continue;
        else if (json_is_number(value))
            ns = json_number_value(value);
        else if (text && !ilf__parse_duration(text, &ns))
            ns = 0;
        longest = ns / 1e9 > longest ? ns / 1e9 : longest;
    }
    return longest;
}

double own_timeout(void)
{
    double longest = 0;

    if (the.loaded && !unsound_options(the.ops))
        longest = longest_in(the.ops->options, the.config);
    return longest < LONGEST_TIMEOUT ? longest : LONGEST_TIMEOUT;
}

const char *slowest_call(const struct report *report, double limit)
{
    static const char *const calls[] = {"load",          "init",       "is_ready", "flush",
                                        "export_events", "encode",     "send",     "cancel",
                                        "encode_events", "set_urgent", "stop"};

    for (size_t i = 0; i < VERBS && *report->spent[i].verb; i++)
        for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
            if (report->spent[i].seconds > 0.6 * limit &&
                strcmp(report->spent[i].verb, calls[c]) == 0)
                return calls[c];
    return NULL;
}
