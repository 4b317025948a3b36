/* Whole lives of an instance, with every configuration that might make a difference. */
#include "deliver.h"

ilf_status give(struct instance *i, struct sample *sample)
{
    ilf_status flushed, exported;

    if (is_delivered())
        return deliver(i, sample, true, true);
    flushed = the.ops->flush ? call_flush(i, sample->batch) : ILF_OK;
    exported = the.ops->export_events ? call_export(i, sample->events) : ILF_OK;
    return flushed != ILF_OK ? flushed : exported;
}

void use(struct instance *i)
{
    (void)call_ready(i);
    (void)give(i, sample_new("the batch"));
}

void live(void)
{
    struct instance *i = start();

    use(i);
    (void)call_stop(i);
}

static void try_config(json_t *config, const char *option)
{
    struct instance *i = make(config, false);

    (void)option;
    if (i && call_init(i) == ILF_OK) {
        use(i);
        (void)call_stop(i);
    }
}

void live_in_every_way(void)
{
    struct instance *i = start();

    use(i);
    call_urgent(i, false);
    use(i);
    (void)call_stop(i);
    each_odd_config(try_config);
}

static void try_value(void (*try)(json_t *config, const char *option), const char *option,
                      json_t *value)
{
    json_t *config = json_deep_copy(the.config);

    if (config && value && json_object_set_new(config, option, value) == 0)
        try(config, option);
    json_decref(config);
}

void each_odd_config(void (*try)(json_t *config, const char *option))
{
    /* Nothing that could be made: no file shall appear in the author's folder. */
    static const char *const texts[] = {"/no/such/folder/file", "no-such-scheme://no host/"};
    static const char *const more[] = {"(", "%"}; /* for lists and maps, which are no paths */
    const char *text;

    for (const ilf_option *o = loaded()->options; o && o->name; o++) {
        for (size_t t = 0; t < 4; t++) {
            text = t < 2 ? texts[t] : more[t - 2];
            if (o->type == ILF_OPT_STR && t < 2)
                try_value(try, o->name, json_string(text));
            else if (o->type == ILF_OPT_LIST)
                try_value(try, o->name, json_pack("[s]", text));
            else if (o->type == ILF_OPT_MAP)
                try_value(try, o->name, json_pack("{s:s}", text, text));
        }
        if ((o->type == ILF_OPT_INT || o->type == ILF_OPT_SIZE) && o->min < o->max)
            try_value(try, o->name, json_real(o->min));
        if (o->type == ILF_OPT_BOOL)
            try_value(try, o->name,
                      json_boolean(!o->default_value || strcmp(o->default_value, "true")));
    }
}

void each_extreme_config(void (*try)(json_t *config, const char *option))
{
    enum { LONG = 1 << 16 };
    static char text[LONG + 1];

    memset(text, 'x', LONG);
    for (const ilf_option *o = loaded()->options; o && o->name; o++) {
        if (o->type == ILF_OPT_STR)
            try_value(try, o->name, json_string(text));
        else if (o->type == ILF_OPT_LIST)
            try_value(try, o->name, json_pack("[s]", text));
        else if (o->type == ILF_OPT_MAP)
            try_value(try, o->name, json_pack("{s:s}", text, text));
        for (size_t c = 0; o->type == ILF_OPT_ENUM && o->choices[c]; c++)
            try_value(try, o->name, json_string(o->choices[c]));
        if (o->min < o->max) {
            try_value(try, o->name, json_real(o->min));
            try_value(try, o->name, json_real(o->max));
        }
    }
}
