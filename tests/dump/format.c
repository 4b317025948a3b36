/* flusher_c_format - write what the formats make of log groups, event groups and templates, so that
 * a test can hold it against the vectors. Strings are "length:bytes". Only in the library that tests
 * load. */
#include <ilf/flusher.h>

#include <errno.h>
#include <stdlib.h>

#include "../../flushers/common/format.h"
#include "../../flushers/common/template.h"

struct format_flusher {
    const char *path;
    struct ilf__format_options convert;
    bool only_contents;
    ilf_str_list select;
    const char *pattern;
    int kind;
    int64_t time, offset;
    FILE *out;
    struct ilf__names names;
    struct ilf__format format;
    struct ilf__template template;
    struct ilf__text text;
};

static const char *const kinds[] = {"format", "topic", "index", NULL};

static const ilf_option options[] = {
    ILF_OPTION(STR, struct format_flusher, path, "Path", NULL, "write here",
               .flags = ILF_OPT_REQUIRED),
    ILF_OPTION(TABLE, struct format_flusher, convert, "Convert", NULL, "the format",
               .table = ilf__format_options),
    ILF_OPTION(BOOL, struct format_flusher, only_contents, "OnlyContents", "false", "no tags"),
    ILF_OPTION(LIST, struct format_flusher, select, "Select", NULL, "fields wanted"),
    ILF_OPTION(STR, struct format_flusher, pattern, "Pattern", "",
               "of a template, for values that are the contents of logs"),
    ILF_OPTION(ENUM, struct format_flusher, kind, "Kind", "format", "what is tried",
               .choices = kinds),
    ILF_OPTION(INT, struct format_flusher, time, "Time", "0", "for the template"),
    ILF_OPTION(INT, struct format_flusher, offset, "Offset", "0", "of its zone, in seconds"),
    {0},
};

static ilf_status compile(struct format_flusher *f, ilf_error *err)
{
    size_t index;

    if (f->kind > 0)
        return ilf__template_init(&f->template, (enum ilf__template_kind)(f->kind - 1), "Pattern",
                                  f->pattern, &f->names, err);
    for (size_t i = 0; i < f->select.n; i++) {
        const ilf_str name = {f->select.items[i], strlen(f->select.items[i])};

        if (!ilf__names_add(&f->names, name, &index))
            return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    }
    f->convert.only_contents = f->only_contents;
    return ilf__format_init(&f->format, &f->convert, &f->names, err);
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct format_flusher *f = self;
    ilf_status status = compile(f, err);

    (void)host;
    if (status == ILF_OK) {
        f->out = fopen(f->path, "w");
        if (!f->out)
            status = ilf_fail(err, ILF_ERR_CONFIG, "open '%s': %s", f->path, strerror(errno));
    }
    if (status != ILF_OK)
        ilf__names_dispose(&f->names);
    return status;
}

static void put(FILE *out, ilf_str str)
{
    fprintf(out, "%zu:", str.len);
    if (str.len > 0)
        fwrite(str.ptr, 1, str.len, out);
    fputc(' ', out);
}

/* The text goes on from item to item, as in a flusher that sends several at once. */
static ilf_status take(void *context, struct ilf__text *text, const struct ilf__item *item)
{
    struct format_flusher *f = context;

    fprintf(f->out, "item %zu %zu ", item->first, item->n_records);
    put(f->out, (ilf_str){text->ptr + item->start, text->len - item->start});
    for (size_t i = 0; i < f->names.n; i++) {
        fprintf(f->out, "%d ", item->selected[i].ptr != NULL);
        put(f->out, item->selected[i]);
    }
    fputc('\n', f->out);
    return ILF_OK;
}

static void refuse(void *context, size_t index, const char *why)
{
    struct format_flusher *f = context;

    fprintf(f->out, "refused %zu ", index);
    put(f->out, (ilf_str){why, strlen(why)});
    fputc('\n', f->out);
}

static ilf_status finish(struct format_flusher *f, ilf_status status, ilf_error *err)
{
    f->text.len = 0;
    if (fflush(f->out) != 0 || ferror(f->out))
        return ilf_fail(err, ILF_ERR_DROP, "write '%s': %s", f->path, strerror(errno));
    return status;
}

/* The names that the template has, then what it gives for @log. */
static void put_template(struct format_flusher *f, const ilf_log *log)
{
    ilf_str *selected = calloc(f->names.n + 1, sizeof(*selected));
    time_t there = (time_t)(f->time + f->offset);
    struct ilf__moment moment = {.ns = 0};

    if (!selected || !gmtime_r(&there, &moment.tm))
        abort();
    moment.tm.tm_gmtoff = (long)f->offset;
    for (size_t i = 0; i < f->names.n; i++)
        for (size_t k = 0; k < log->n_contents; k++)
            if (ilf_str_equal(log->contents[k].key, f->names.items[i]))
                selected[i] =
                    log->contents[k].value.len > 0 ? log->contents[k].value : (ilf_str){"", 0};
    for (size_t i = 0; i < f->template.n_parts; i++) {
        const struct ilf__template_part *part = &f->template.parts[i];

        if (part->kind == ILF__PART_FIELD)
            put(f->out, f->names.items[part->name]);
        else if (part->kind == ILF__PART_DATE)
            put(f->out, (ilf_str){"+", 1});
    }
    ilf__template_put(&f->template, selected, &moment, &f->text);
    fputs("gives ", f->out);
    put(f->out, (ilf_str){f->text.ptr, f->text.len});
    free(selected);
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct format_flusher *f = self;
    const struct ilf__sink sink = {f, take, refuse};
    ilf_status status = ILF_OK;

    for (size_t i = 0; status == ILF_OK && i < batch->n_groups; i++)
        if (f->kind > 0)
            put_template(f, &batch->groups[i].logs[0]);
        else
            status = ilf__format_group(&f->format, &batch->groups[i], &f->text, &sink, err);
    return finish(f, status, err);
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    struct format_flusher *f = self;
    const struct ilf__sink sink = {f, take, refuse};
    ilf_status status = ILF_OK;

    for (size_t i = 0; status == ILF_OK && i < batch->n_groups; i++)
        status = ilf__format_events(&f->format, &batch->groups[i], &f->text, &sink, err);
    return finish(f, status, err);
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct format_flusher *f = self;

    ilf__text_dispose(&f->text);
    ilf__template_dispose(&f->template);
    ilf__format_dispose(&f->format);
    ilf__names_dispose(&f->names);
    if (fclose(f->out) != 0)
        return ilf_fail(err, ILF_ERR_DROP, "close '%s': %s", f->path, strerror(errno));
    return ILF_OK;
}

const ilf_flusher_ops ilf_flusher_format = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_format",
    .description = "writes what the formats give, for tests",
    .instance_size = sizeof(struct format_flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .export_events = export_events,
    .stop = stop,
};
