/* Templates: text with the values of an item's fields in it. */
#include "template.h"

#include <stdlib.h>

#include "entries.h"

struct parser {
    struct ilf__template *t;
    enum ilf__template_kind kind;
    const char *what;
    const char *p;
    struct ilf__names *names;
    struct ilf__text name; /* of the expression under way */
    size_t at;             /* where the text under way begins */
    ilf_error *err;
};

static ilf_status fail(const struct parser *parser, const char *why)
{
    return ilf_fail(parser->err, ILF_ERR_CONFIG, "%s: %s", parser->what, why);
}

static ilf_status fail_memory(const struct parser *parser)
{
    return ilf_fail(parser->err, ILF_ERR_NOMEM, "%s: out of memory", parser->what);
}

/* End the part that began at parser->at, unless it is an empty text. */
static bool end_part(struct parser *parser, enum ilf__part_kind kind, size_t name)
{
    struct ilf__template *t = parser->t;
    size_t len = t->bytes.len - parser->at;

    if (kind == ILF__PART_TEXT && len == 0)
        return true;
    if (!ilf__room(&t->parts, &t->cap_parts, t->n_parts + 1, sizeof(*t->parts)))
        return false;
    t->parts[t->n_parts++] = (struct ilf__template_part){kind, parser->at, len, name};
    t->varies = t->varies || kind != ILF__PART_TEXT;
    parser->at = t->bytes.len;
    return true;
}

/* Put the byte behind a backslash. */
static ilf_status put_escaped(struct parser *parser, struct ilf__text *out)
{
    if (parser->p[1] == '\0')
        return fail(parser, "ends with a backslash, which hides nothing: write \\\\ for one");
    ilf__text_put_char(out, parser->p[1]);
    parser->p += 2;
    return ILF_OK;
}

static ilf_status read_operator(struct parser *parser, bool *after_operator)
{
    if (parser->name.len == 0)
        return fail(parser, "%{ wants a name before the colon");
    if (*after_operator)
        return fail(parser, "two colons in a row inside of %{...}: write \\: for one in a name");
    *after_operator = true;
    parser->p++;
    if (*parser->p && strchr("!@#&*=+<>?", *parser->p))
        parser->p++;
    return ILF_OK;
}

/* Read from behind "%{" to behind the "}"; the name goes to parser->name. */
static ilf_status read_expression(struct parser *parser)
{
    struct ilf__text ignored = {0};
    bool in_operator = false, after_operator = false;
    ilf_status status = ILF_OK;

    parser->name.len = 0;
    while (status == ILF_OK && *parser->p != '}') {
        struct ilf__text *out = in_operator ? &ignored : &parser->name;

        if (*parser->p == '\0') {
            status = fail(parser, "%{ without }: write \\%{ for the characters themselves");
        } else if (parser->p[0] == '%' && parser->p[1] == '{') {
            status = fail(parser, "%{ inside of %{...}: expressions can't be nested");
        } else if (*parser->p == ':') {
            status = read_operator(parser, &after_operator);
            in_operator = true;
        } else if (*parser->p == '\\') {
            status = put_escaped(parser, out);
            after_operator = false;
        } else {
            ilf__text_put_char(out, *parser->p++);
            after_operator = false;
        }
    }
    ilf__text_dispose(&ignored);
    if (status == ILF_OK && parser->name.len == 0)
        return fail(parser, "%{} holds no name");
    parser->p += status == ILF_OK;
    return status;
}

static ilf_status add_expression(struct parser *parser)
{
    const ilf_str name = {parser->name.ptr, parser->name.len};
    struct ilf__text *bytes = &parser->t->bytes;
    size_t index;

    if (parser->kind == ILF__TEMPLATE_INDEX && name.ptr[0] == '+') {
        ilf__date_compile(bytes, (ilf_str){name.ptr + 1, name.len - 1});
        return end_part(parser, ILF__PART_DATE, 0) ? ILF_OK : fail_memory(parser);
    }
    ilf__text_put_str(bytes, name);
    if (!ilf__names_add(parser->names, name, &index) || !end_part(parser, ILF__PART_FIELD, index))
        return fail_memory(parser);
    return ILF_OK;
}

static ilf_status parse(struct parser *parser)
{
    struct ilf__text *bytes = &parser->t->bytes;
    ilf_status status = ILF_OK;

    if (strcmp(parser->p, "\\") == 0) /* alone it is nothing, natively */
        return ILF_OK;
    while (status == ILF_OK && *parser->p) {
        if (*parser->p == '\\') {
            status = put_escaped(parser, bytes);
        } else if (parser->p[0] == '%' && parser->p[1] == '{') {
            if (!end_part(parser, ILF__PART_TEXT, 0))
                return fail_memory(parser);
            parser->p += 2;
            status = read_expression(parser);
            if (status == ILF_OK && parser->name.failed)
                status = fail_memory(parser);
            if (status == ILF_OK)
                status = add_expression(parser);
        } else {
            ilf__text_put_char(bytes, *parser->p++);
        }
    }
    if (status == ILF_OK && (!end_part(parser, ILF__PART_TEXT, 0) || bytes->failed))
        return fail_memory(parser);
    return status;
}

ilf_status ilf__template_init(struct ilf__template *t, enum ilf__template_kind kind,
                              const char *what, const char *pattern, struct ilf__names *names,
                              ilf_error *err)
{
    struct parser parser = {
        .t = t, .kind = kind, .what = what, .p = pattern, .names = names, .err = err};
    ilf_status status;

    *t = (struct ilf__template){0};
    status = parse(&parser);
    ilf__text_dispose(&parser.name);
    if (status != ILF_OK)
        ilf__template_dispose(t);
    ilf__text_fit(&t->bytes);
    return status;
}

void ilf__template_dispose(struct ilf__template *t)
{
    ilf__text_dispose(&t->bytes);
    free(t->parts);
    *t = (struct ilf__template){0};
}

void ilf__template_put(const struct ilf__template *t, const ilf_str *selected,
                       const struct ilf__moment *now, struct ilf__text *text)
{
    if (!t->varies) {
        ilf__text_put_str(text, ilf__template_text(t));
        return;
    }
    for (size_t i = 0; i < t->n_parts; i++) {
        const struct ilf__template_part *part = &t->parts[i];
        /* Where all there is is a date without a layout, there are no bytes. */
        const ilf_str bytes = {t->bytes.ptr ? t->bytes.ptr + part->at : "", part->len};

        if (part->kind == ILF__PART_DATE)
            ilf__date_put(text, bytes, now);
        else if (part->kind == ILF__PART_FIELD && selected[part->name].ptr)
            ilf__text_put_str(text, selected[part->name]);
        else
            ilf__text_put_str(text, bytes);
    }
}
