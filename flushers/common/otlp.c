/* OTLP: the frame of an item, and where one ends and the next begins. */
#include "otlp.h"

const ilf_str ilf__otlp_signal = {"signal", 6};

/* An item as large as this takes no further record. Those of usual groups are much smaller. */
enum { LARGE = 1 << 20 };

/* Bytes that the lengths of an item and of its scope mostly need: up to 2 MiB. */
enum { HOLE = 3 };

ilf_status ilf__otlp_fail(struct ilf__otlp *o)
{
    struct ilf__format *f = o->f;

    f->head.failed = f->values.failed = f->more.failed = false;
    return ilf__format_fail_memory(o->text, o->open ? o->item.start : o->text->len, o->err);
}

static void begin(struct ilf__otlp *o, size_t index)
{
    struct ilf__format *f = o->f;
    struct ilf__text *text = o->text;

    o->item = (struct ilf__item){.start = text->len, .first = index, .selected = f->selected};
    o->open = true;
    if (f->n_names > 0)
        memcpy(f->selected, f->selected + f->n_names, f->n_names * sizeof(*f->selected));
    o->resources = ilf__pb_begin(text, ILF__OTLP_RESOURCES, HOLE);
    ilf__text_put(text, f->head.ptr, o->head_scope);
    o->scopes = ilf__pb_begin(text, ILF__OTLP_SCOPES, HOLE);
    if (f->head.len > o->head_scope)
        ilf__text_put(text, f->head.ptr + o->head_scope, f->head.len - o->head_scope);
}

static bool same_fields(const struct ilf__format *f)
{
    for (size_t i = 0; i < f->n_names; i++) {
        const ilf_str *old = &f->selected[i], *new = &f->selected[f->n_names + i];

        if (!old->ptr != !new->ptr || !ilf_str_equal(*old, *new))
            return false;
    }
    return true;
}

ilf_status ilf__otlp_next(struct ilf__otlp *o, size_t index)
{
    ilf_status status = ILF_OK;

    if (o->open && (o->text->len - o->item.start >= LARGE || !same_fields(o->f)))
        status = ilf__otlp_end(o);
    if (status == ILF_OK && !o->open)
        begin(o, index);
    o->item.n_records++;
    return status;
}

ilf_status ilf__otlp_end(struct ilf__otlp *o)
{
    if (!o->open)
        return ILF_OK;
    ilf__pb_end(o->text, o->scopes, HOLE);
    ilf__pb_end(o->text, o->resources, HOLE);
    if (o->text->failed)
        return ilf__otlp_fail(o);
    o->open = false;
    return o->sink->take(o->sink->context, o->text, &o->item);
}
