/* Rules about the table of options. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "check.h"
#include "instance.h"
#include "value.h"

static const struct {
    size_t size, align;
    bool is_number;
} types[] = {
    [ILF_OPT_STR] = {sizeof(char *), _Alignof(char *), false},
    [ILF_OPT_INT] = {sizeof(int64_t), _Alignof(int64_t), true},
    [ILF_OPT_BOOL] = {sizeof(bool), _Alignof(bool), false},
    [ILF_OPT_FLOAT] = {sizeof(double), _Alignof(double), true},
    [ILF_OPT_SIZE] = {sizeof(uint64_t), _Alignof(uint64_t), true},
    [ILF_OPT_DURATION] = {sizeof(int64_t), _Alignof(int64_t), true},
    [ILF_OPT_ENUM] = {sizeof(int), _Alignof(int), false},
    [ILF_OPT_LIST] = {sizeof(ilf_str_list), _Alignof(ilf_str_list), false},
    [ILF_OPT_MAP] = {sizeof(ilf_str_map), _Alignof(ilf_str_map), false},
    [ILF_OPT_TABLE] = {0, 1, false},
};

/* What is wrong with @option, or NULL. */
typedef const char *judge(const ilf_option *option, size_t base);

static void judge_table(const ilf_option *table, size_t base, judge *wrong)
{
    for (const ilf_option *o = table; o->name; o++) {
        const char *why = wrong(o, base);

        if (why)
            fail("seen    option '%.100s': %s", o->name, why);
        if (o->type == ILF_OPT_TABLE)
            judge_table(o->table, base + o->offset, wrong);
    }
}

static const ilf_option *table(void)
{
    const ilf_option *options = loaded()->options;

    if (!options || (is_readable(options) && !options->name))
        skip("it has no options");
    return options;
}

/* What the runtime would crash on. */
static void is_sound(const struct rule *rule)
{
    const char *unsound = table() ? unsound_options(the.ops) : NULL;

    if (unsound && strcmp(unsound, rule->id) == 0)
        fail("seen    a row for which this is not so");
    if (unsound)
        skip("the table is broken: see %s", unsound);
}

static const char *name_of(const ilf_option *o, size_t base)
{
    (void)base;
    for (const char *p = o->name; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '_')
            return "letters, digits and _ make a name that needs no quotes";
    return *o->name ? NULL : "the name is empty";
}

static const char *uniqueness(const ilf_option *o, size_t base)
{
    (void)base;
    for (const ilf_option *next = o + 1; next->name; next++)
        if (strcasecmp(o->name, next->name) == 0)
            return "the name comes twice, which the second row never sees";
    return NULL;
}

static const char *help(const ilf_option *o, size_t base)
{
    (void)base;
    if (!o->help || !*o->help)
        return "no help";
    return has_control(o->help, strlen(o->help)) || !is_utf8(o->help, strlen(o->help))
               ? "the help is not one line of UTF-8 text"
               : NULL;
}

static const char *help_case(const ilf_option *o, size_t base)
{
    (void)base;
    return o->help && isupper((unsigned char)o->help[0]) && !isupper((unsigned char)o->help[1])
               ? "the help begins with a capital"
               : NULL;
}

static const char *help_stop(const ilf_option *o, size_t base)
{
    (void)base;
    return o->help && *o->help && o->help[strlen(o->help) - 1] == '.'
               ? "the help ends with a full stop"
               : NULL;
}

static const char *flags(const ilf_option *o, size_t base)
{
    (void)base;
    return (o->flags & ~(ILF_OPT_REQUIRED | ILF_OPT_SECRET | ILF_OPT_EXPAND | ILF_OPT_PAIRS |
                         ILF_OPT_SCALARS | ILF_OPT_JSON | ILF_OPT_SAME_SINK))
               ? "an unknown flag"
               : NULL;
}

static const char *reserved(const ilf_option *o, size_t base)
{
    (void)base;
    return o->reserved[0] || o->reserved[1] ? "reserved is not NULL" : NULL;
}

static const char *alignment(const ilf_option *o, size_t base)
{
    return (base + o->offset) % types[o->type].align != 0 ? "the offset is not aligned for its type"
                                                          : NULL;
}

static bool overlap(const ilf_option *a, size_t a_at, const ilf_option *b, size_t b_base)
{
    for (; b->name; b++) {
        size_t b_at = b_base + b->offset;

        if (b->type == ILF_OPT_TABLE && overlap(a, a_at, b->table, b_at))
            return true;
        if (a != b && a_at < b_at + types[b->type].size && b_at < a_at + types[a->type].size)
            return true;
    }
    return false;
}

static const char *overlapping(const ilf_option *o, size_t base)
{
    return overlap(o, base + o->offset, the.ops->options, 0) ? "its place is another option's too"
                                                             : NULL;
}

/* The default as a number; NAN when it is none. */
static double default_number(const ilf_option *o)
{
    const char *text = o->default_value;
    double number = 0;
    bool ok = !text || (o->type == ILF_OPT_SIZE       ? ilf__parse_size(text, &number)
                        : o->type == ILF_OPT_DURATION ? ilf__parse_duration(text, &number)
                                                      : ilf__parse_number(text, &number));

    if (ok && o->type != ILF_OPT_FLOAT && number != floor(number))
        ok = false;
    return ok ? number : (double)NAN;
}

static const char *default_valid(const ilf_option *o, size_t base)
{
    const char *text = o->default_value;

    (void)base;
    if (types[o->type].is_number && isnan(default_number(o)))
        return "the default can't be read";
    if (o->type == ILF_OPT_BOOL && text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return "the default is neither true nor false";
    if (text && (o->type == ILF_OPT_LIST || o->type == ILF_OPT_MAP || o->type == ILF_OPT_TABLE))
        return "has a default, which this type can't have";
    return NULL;
}

static const char *default_range(const ilf_option *o, size_t base)
{
    double number = types[o->type].is_number ? default_number(o) : (double)NAN;

    (void)base;
    return o->min < o->max && !(o->flags & ILF_OPT_REQUIRED) && (number < o->min || number > o->max)
               ? "the default is out of range"
               : NULL;
}

static const char *default_choice(const ilf_option *o, size_t base)
{
    (void)base;
    if (o->type != ILF_OPT_ENUM || !o->default_value)
        return NULL;
    for (size_t i = 0; o->choices[i]; i++)
        if (strcasecmp(o->choices[i], o->default_value) == 0)
            return NULL;
    return "the default is none of the choices";
}

static const char *unique_choices(const ilf_option *o, size_t base)
{
    (void)base;
    for (size_t i = 0; o->type == ILF_OPT_ENUM && o->choices[i]; i++)
        for (size_t k = i + 1; o->choices[k]; k++)
            if (strcasecmp(o->choices[i], o->choices[k]) == 0)
                return "a choice comes twice";
    return NULL;
}

static const char *idle_members(const ilf_option *o, size_t base)
{
    (void)base;
    if (o->choices && o->type != ILF_OPT_ENUM)
        return "has choices, and is no ILF_OPT_ENUM";
    if (o->table && o->type != ILF_OPT_TABLE)
        return "has a table, and is no ILF_OPT_TABLE";
    return (o->min != 0 || o->max != 0) && !types[o->type].is_number
               ? "has a range, but is not a number"
               : NULL;
}

static const char *range(const ilf_option *o, size_t base)
{
    (void)base;
    return isfinite(o->min) && isfinite(o->max) && o->min <= o->max ? NULL : "min is not below max";
}

static const char *required_default(const ilf_option *o, size_t base)
{
    (void)base;
    return (o->flags & ILF_OPT_REQUIRED) && o->default_value && *o->default_value
               ? "is required, and has a default that never counts"
               : NULL;
}

static const char *secret_type(const ilf_option *o, size_t base)
{
    (void)base;
    return (o->flags & (ILF_OPT_SECRET | ILF_OPT_EXPAND)) && o->type != ILF_OPT_STR &&
                   o->type != ILF_OPT_LIST && o->type != ILF_OPT_MAP
               ? "holds no text that could be secret or expanded"
               : NULL;
}

static const char *secret_default(const ilf_option *o, size_t base)
{
    (void)base;
    return (o->flags & ILF_OPT_SECRET) && o->default_value && *o->default_value
               ? "is a secret, and its default is shown to everybody"
               : NULL;
}

static const char *common_names(const ilf_option *o, size_t base)
{
    (void)base;
    if (o < the.ops->options || o > the.ops->options + 999)
        return NULL; /* of a nested table, where the names are free */
    for (const ilf_option *common = ilf__common_options(the.ops); common->name; common++)
        if (strcasecmp(common->name, o->name) == 0)
            return "every flusher has an option of this name already";
    return NULL;
}

static const char *no_control_default(const ilf_option *o, size_t base)
{
    const char *text = o->default_value;

    (void)base;
    return text && (has_control(text, strlen(text)) || !is_utf8(text, strlen(text)))
               ? "the default is not one line of UTF-8 text"
               : NULL;
}

enum {
    NAME,
    UNIQUE,
    COMMON,
    HELP,
    HELP_CASE,
    HELP_STOP,
    FLAGS,
    RESERVED,
    ALIGNED,
    OVERLAP,
    DEFAULT,
    DEFAULT_RANGE,
    DEFAULT_CHOICE,
    DEFAULT_TEXT,
    CHOICES_UNIQUE,
    IDLE,
    RANGE,
    REQUIRED,
    SECRET,
    SECRET_DEFAULT
};

static judge *const judges[] = {
    [NAME] = name_of,
    [UNIQUE] = uniqueness,
    [COMMON] = common_names,
    [HELP] = help,
    [HELP_CASE] = help_case,
    [HELP_STOP] = help_stop,
    [FLAGS] = flags,
    [RESERVED] = reserved,
    [ALIGNED] = alignment,
    [OVERLAP] = overlapping,
    [DEFAULT] = default_valid,
    [DEFAULT_RANGE] = default_range,
    [DEFAULT_CHOICE] = default_choice,
    [DEFAULT_TEXT] = no_control_default,
    [CHOICES_UNIQUE] = unique_choices,
    [IDLE] = idle_members,
    [RANGE] = range,
    [REQUIRED] = required_default,
    [SECRET] = secret_type,
    [SECRET_DEFAULT] = secret_default,
};

static void holds_for_each(const struct rule *rule)
{
    judge_table(need_options(), 0, judges[rule->number]);
}

#define EACH(which) .run = holds_for_each, .number = (which)

extern const struct rule rules_options[];
const struct rule rules_options[] = {
    {"options.ended", "The table ends with {0}, and so does each table in it.",
     "put {0} behind the last row", .run = is_sound},
    {"options.nesting", "Tables are nested eight deep at most, none in itself.",
     "write out the levels that there are", .run = is_sound},
    {"options.type", "Every option has a type that the ABI knows.", "use ILF_OPTION",
     .run = is_sound},
    {"options.inside", "Every value lies inside of the instance.",
     "set instance_size to sizeof the struct that offsetof names", .run = is_sound},
    {"options.choices", "An ILF_OPT_ENUM has choices, ended by NULL.", "set .choices",
     .run = is_sound},
    {"options.table", "An ILF_OPT_TABLE has a table.", "set .table", .run = is_sound},
    {"options.name", "Names are of letters, digits and _.", "rename it, as in FileName",
     EACH(NAME)},
    {"options.unique", "No two options differ in upper and lower case alone.", "rename one",
     EACH(UNIQUE)},
    {"options.common", "No option has the name of one that every flusher has.",
     "leave Retry and StopTimeout to the runtime", EACH(COMMON)},
    {"options.help", "Every option has a help, which is one line.", "say what it is for",
     EACH(HELP)},
    {"options.help-case", "Helps begin in lower case.", "write it in lower case", EACH(HELP_CASE)},
    {"options.help-stop", "Helps end without a full stop.", "remove it", EACH(HELP_STOP)},
    {"options.flags", "Only flags that the ABI knows are set.", "use ILF_OPT_...", EACH(FLAGS)},
    {"options.reserved", "What is reserved is NULL.", "use ILF_OPTION, which leaves it NULL",
     EACH(RESERVED)},
    {"options.aligned", "Every value is aligned for its type.", "use offsetof on a plain struct",
     EACH(ALIGNED)},
    {"options.overlap", "No two options share a place.", "give each a member of its own",
     EACH(OVERLAP)},
    {"options.default", "Every default is written as its type is.",
     "write it as in the configuration, without quotes; lists, maps and tables have none",
     EACH(DEFAULT)},
    {"options.default-range", "Every default is within its range.",
     "change one of them; without a default it is 0", EACH(DEFAULT_RANGE)},
    {"options.default-choice", "The default of a choice is one of them.", "name one of the choices",
     EACH(DEFAULT_CHOICE)},
    {"options.default-text", "Every default is one line of UTF-8 text.", "it is shown to people",
     EACH(DEFAULT_TEXT)},
    {"options.choices-unique", "No choice comes twice.",
     "choices are matched without regard to case", EACH(CHOICES_UNIQUE)},
    {"options.idle", "Choices, tables and ranges stand only where they have a meaning.",
     "remove what the type does not use", EACH(IDLE)},
    {"options.range", "Ranges are finite, and min is below max.", "0 and 0 mean no range",
     EACH(RANGE)},
    {"options.required", "What is required has no default.", "remove one of them", EACH(REQUIRED)},
    {"options.secret", "Only text is secret or expanded.", "remove the flag", EACH(SECRET)},
    {"options.secret-default", "A secret has no default.",
     "remove it: it is shown by ilfrun -explain", EACH(SECRET_DEFAULT)},
    {0},
};
