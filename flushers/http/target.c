/* Where requests go: URL, query and headers, with what of them depends on the records. */
#include "target.h"

#include <stdlib.h>
#include <strings.h>

#include "../common/http_url.h"
#include "../common/said.h"
#include "headers.h"
#include "url.h"

/* What another configuration may have had more. */
enum { MOST_HEADERS = 256 };

static ilf_status out_of_memory(ilf_error *err)
{
    return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
}

/* The text as a string that the caller frees, or NULL; @text is empty then. */
static char *take_string(struct ilf__text *text)
{
    char *string;

    ilf__text_put_char(text, '\0');
    ilf__text_fit(text);
    string = text->failed ? NULL : text->ptr;
    if (!string)
        free(text->ptr);
    *text = (struct ilf__text){0};
    return string;
}

/* --- URL ------------------------------------------------------------------------------------- */

/* With the option Query, Go decodes the URL's own pairs and writes them with the option's, sorted. */
static ilf_status add_url_pairs(struct target *t, ilf_str query, ilf_error *err)
{
    struct ilf__text pair = {0};
    struct parts all = {0};
    ilf_status status = ILF_OK;
    size_t key_len;

    while (status == ILF_OK && url_next_pair(&query, &pair, &key_len)) {
        const char *at = pair.ptr ? pair.ptr : ""; /* of "=", both are empty */

        if (pair.failed ||
            !parts_add(&all, (ilf_str){at, key_len}, (ilf_str){at + key_len, pair.len - key_len}))
            status = out_of_memory(err);
        pair.len = 0;
    }
    ilf__text_dispose(&pair);
    for (size_t i = 0; i < t->query.n && status == ILF_OK; i++) {
        struct part *part = parts_add(&all, t->query.items[i].name, t->query.items[i].text);

        if (!part) {
            status = out_of_memory(err);
        } else {
            part->value = t->query.items[i].value;
            t->query.items[i].value = (struct ilf__template){0};
        }
    }
    parts_dispose(&t->query);
    t->query = all;
    /* Sorting is stable where it matters: a name comes twice only within the URL, or once more. */
    parts_sort(&t->query);
    return status;
}

/* Append the path, whose fields are escaped but whose own text is a URL's already. Returns the name
 * of a field that makes a segment of dots alone, by which a record would choose another path. */
static ilf_str put_path(const struct ilf__template *path, const ilf_str *selected,
                        struct ilf__text *to)
{
    ilf_str field = {NULL, 0};
    size_t segment = to->len;
    bool in_query = false;

    for (size_t i = 0; i < path->n_parts && !to->failed; i++) {
        const struct ilf__template_part *part = &path->parts[i];
        ilf_str text = {path->bytes.ptr + part->at, part->len};

        if (part->kind == ILF__PART_FIELD) {
            url_put_path(to, selected[part->name].ptr ? selected[part->name] : text);
            field = field.ptr ? field : text;
            continue;
        }
        for (size_t k = 0; k < text.len && !to->failed; k++) {
            if (text.ptr[k] == '/' || text.ptr[k] == '?') {
                if (field.ptr && !in_query &&
                    url_is_dots((ilf_str){to->ptr + segment, to->len - segment}))
                    return field;
                in_query = in_query || text.ptr[k] == '?';
                field.ptr = NULL;
                segment = to->len + 1;
            }
            ilf__text_put_char(to, text.ptr[k]);
        }
    }
    if (field.ptr && !in_query && !to->failed &&
        url_is_dots((ilf_str){to->ptr + segment, to->len - segment}))
        return field;
    return (ilf_str){NULL, 0};
}

/* Returns as put_path. */
static ilf_str put_suffix(const struct target *t, const ilf_str *selected, bool templates,
                          struct ilf__text *scratch, struct ilf__text *to)
{
    const ilf_str climbs = put_path(&t->path, selected, to);

    for (size_t i = 0; i < t->query.n; i++) {
        const struct part *part = &t->query.items[i];
        ilf_str value = part_constant(part, templates);

        if (part->value.varies) {
            scratch->len = 0;
            ilf__template_put(&part->value, selected, NULL, scratch);
            value = (ilf_str){scratch->ptr, scratch->len};
            to->failed = to->failed || scratch->failed;
        }
        ilf__text_put_char(to, i == 0 ? '?' : '&');
        url_put_query(to, part->name);
        ilf__text_put_char(to, '=');
        url_put_query(to, value);
    }
    return climbs;
}

/* The template of path and query: text, but where %{ is in it. */
static ilf_status compile_path(struct target *t, const struct url_parts *url, bool has_query,
                               struct ilf__names *names, ilf_error *err)
{
    struct ilf__text pattern = {0};
    ilf_status status;
    char *string;

    if (has_query && url->query.len > 0 && memmem(url->query.ptr, url->query.len, "%{", 2))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.RemoteURL: move the %%{...} of its query into the option Query");
    ilf__text_put_str(&pattern, url->path);
    if (!has_query && url->query.len > 0) {
        ilf__text_put_char(&pattern, '?');
        ilf__text_put_str(&pattern, url->query);
    }
    string = take_string(&pattern);
    if (!string)
        return out_of_memory(err);
    status =
        ilf__template_init(&t->path, ILF__TEMPLATE_TOPIC, "detail.RemoteURL", string, names, err);
    free(string);
    return status;
}

static ilf_status add_server(struct target *t, const char *option, const char *url,
                             struct url_parts *parts, ilf_error *err)
{
    struct target_server *server = &t->servers[t->n_servers];
    struct ilf__text base = {0}, label = {0};
    ilf_status status = ilf__http_check_url(option, url, err);
    const char *wrong = status == ILF_OK ? url_split(url, parts) : NULL;

    if (wrong)
        return ilf_fail(err, ILF_ERR_CONFIG, "%s: %s", option, wrong);
    if (status != ILF_OK)
        return status;
    ilf__text_put_str(&base, parts->base);
    url_put_label(&label, parts->base);
    server->base = take_string(&base);
    server->label = take_string(&label);
    t->n_servers++;
    return server->base && server->label ? ILF_OK : out_of_memory(err);
}

static ilf_status init_servers(struct target *t, const struct target_options *options,
                               struct url_parts *url, ilf_error *err)
{
    ilf_status status;

    if (!*options->remote_url)
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "detail.RemoteURL: is missing: where shall requests go?");
    t->servers = calloc(options->failover_urls.n + 1, sizeof(*t->servers));
    t->labels = calloc(options->failover_urls.n + 1, sizeof(*t->labels));
    if (!t->servers || !t->labels)
        return out_of_memory(err);
    status = add_server(t, "detail.RemoteURL", options->remote_url, url, err);
    for (size_t i = 0; i < options->failover_urls.n && status == ILF_OK; i++) {
        struct url_parts more;
        char option[48];

        (void)snprintf(option, sizeof(option), "detail.FailoverURLs[%zu]", i);
        status = add_server(t, option, options->failover_urls.items[i], &more, err);
        if (status == ILF_OK && (more.path.len > 1 || more.query.len > 0))
            return ilf_fail(err, ILF_ERR_CONFIG,
                            "%s: leave out path and query: those of RemoteURL are used", option);
    }
    for (size_t i = 0; i < t->n_servers; i++)
        t->labels[i] = t->servers[i].label;
    return status;
}

/* --- Headers --------------------------------------------------------------------------------- */

const ilf_str *target_header(const struct target_options *options, const char *name)
{
    for (size_t i = 0; i < options->headers.n; i++)
        if (options->headers.items[i].key.len == strlen(name) &&
            strncasecmp(options->headers.items[i].key.ptr, name, strlen(name)) == 0)
            return &options->headers.items[i].value;
    return NULL;
}

static ilf_status refuse_header(ilf_str name, ilf_error *err)
{
    char shown[128];

    ilf__put_said(shown, sizeof(shown), name);
    return ilf_fail(err, ILF_ERR_CONFIG, "detail.Headers.%s: is not a header that HTTP allows",
                    shown);
}

static ilf_status add_header(struct target *t, ilf_str name, ilf_str value, ilf_error *err)
{
    struct ilf__text line = {0};

    if (!header_is_name(name) || !header_fits(value))
        return refuse_header(name, err);
    if (name.len == 4 && strncasecmp(name.ptr, "Host", 4) == 0 && !header_fits_host(value))
        return ilf_fail(err, ILF_ERR_CONFIG, "detail.Headers.Host: want a host, or host:port");
    header_put(&line, name, value);
    t->headers[t->n_headers] = take_string(&line);
    return t->headers[t->n_headers++] ? ILF_OK : out_of_memory(err);
}

/* Turn compiled headers into lines, but for those that vary. */
static ilf_status init_headers(struct target *t, const struct target_options *options,
                               const char *const *more, bool templates, ilf_error *err)
{
    ilf_status status = ILF_OK;
    size_t n = t->varying.n + 1;

    for (size_t i = 0; more[i]; i += 2)
        n++;
    t->headers = calloc(n, sizeof(*t->headers));
    if (!t->headers)
        return out_of_memory(err);
    for (; *more && status == ILF_OK; more += 2)
        if (!target_header(options, more[0]))
            status = add_header(t, (ilf_str){more[0], strlen(more[0])},
                                (ilf_str){more[1], strlen(more[1])}, err);
    for (size_t i = 0; i < t->varying.n && status == ILF_OK; i++) {
        struct part *part = &t->varying.items[i];

        if (!part->value.varies)
            status = add_header(t, part->name, part_constant(part, templates), err);
        else if (!header_is_name(part->name))
            status = refuse_header(part->name, err);
    }
    return status;
}

/* --------------------------------------------------------------------------------------------- */

ilf_status target_init(struct target *t, const struct target_options *options,
                       const char *const *more, struct ilf__names *names, const ilf_host *host,
                       ilf_error *err)
{
    struct url_parts url;
    struct ilf__text suffix = {0}, scratch = {0};
    ilf_status status = init_servers(t, options, &url, err);
    bool templates;

    if (status == ILF_OK)
        status = parts_compile(&t->varying, "detail.Headers", &options->headers, names, host, err);
    if (status == ILF_OK)
        status = parts_compile(&t->query, "detail.Query", &options->query, names, host, err);
    if (status != ILF_OK)
        return status;
    templates = parts_vary(&t->varying) || parts_vary(&t->query);
    if (options->query.n > 0)
        status = add_url_pairs(t, url.query, err);
    if (status == ILF_OK)
        status = compile_path(t, &url, options->query.n > 0, names, err);
    if (status == ILF_OK)
        status = init_headers(t, options, more, templates, err);
    t->varies = t->path.varies || templates;
    if (status != ILF_OK || t->path.varies || parts_vary(&t->query))
        return status;
    (void)put_suffix(t, NULL, templates, &scratch, &suffix);
    ilf__text_dispose(&scratch);
    t->suffix = take_string(&suffix);
    return t->suffix ? ILF_OK : out_of_memory(err);
}

void target_dispose(struct target *t)
{
    for (size_t i = 0; i < t->n_servers; i++) {
        free(t->servers[i].base);
        free(t->servers[i].label);
    }
    for (size_t i = 0; i < t->n_headers; i++)
        free(t->headers[i]);
    free(t->servers);
    free(t->labels);
    free(t->suffix);
    free(t->headers);
    ilf__template_dispose(&t->path);
    parts_dispose(&t->query);
    parts_dispose(&t->varying);
    *t = (struct target){0};
}

/* Why no request can be made: @why, with a name that is the configuration's. */
static const char *tell(struct ilf__text *scratch, const char *why, ilf_str name)
{
    scratch->len = 0;
    ilf__text_put(scratch, why, strlen(why));
    ilf__text_put_str(scratch, name);
    ilf__text_put_char(scratch, '\0');
    return scratch->failed ? why : scratch->ptr;
}

const char *target_put(const struct target *t, const ilf_str *selected, struct ilf__text *scratch,
                       struct ilf__text *destination)
{
    ilf_str climbs = {NULL, 0};

    if (!t->suffix)
        climbs = put_suffix(t, selected, parts_vary(&t->varying) || parts_vary(&t->query), scratch,
                            destination);
    if (climbs.ptr)
        return tell(scratch, "the path has a segment of dots alone, by the field ", climbs);
    ilf__text_put_char(destination, '\n');
    for (size_t i = 0; i < t->varying.n; i++) {
        const struct part *part = &t->varying.items[i];
        ilf_str value;

        if (!part->value.varies)
            continue;
        scratch->len = 0;
        ilf__template_put(&part->value, selected, NULL, scratch);
        value = (ilf_str){scratch->ptr, scratch->len};
        if (!header_fits(value))
            return tell(scratch, "a header's value holds control characters: ", part->name);
        header_put(destination, part->name, value);
        ilf__text_put_char(destination, '\n');
    }
    return NULL;
}

/* Are they headers? Servers take a hundred or so, and libcurl's time grows with the square of their
 * number: 65,536 took 3 s of the thread that sends. */
static bool are_headers(const struct target *t, ilf_str lines)
{
    size_t n = 0;

    for (const char *p = lines.ptr, *end = p + lines.len; p < end; n++) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));

        if (!line_end) /* it was cut off, and is left out */
            break;
        if (!memchr(p, ':', (size_t)(line_end - p)) && (line_end == p || line_end[-1] != ';'))
            return false;
        p = line_end + 1;
    }
    return n <= MOST_HEADERS + t->varying.n;
}

bool target_url(const struct target *t, size_t server, ilf_str destination, struct ilf__text *url,
                ilf_str *lines)
{
    const char *base = t->servers[server < t->n_servers ? server : 0].base;
    const char *end = destination.len > 0 ? memchr(destination.ptr, '\n', destination.len) : NULL;
    size_t first = end ? (size_t)(end - destination.ptr) : 0;

    if ((destination.len > 0 && !end) || (!t->suffix && !end) ||
        !url_is_suffix((ilf_str){destination.ptr, first}))
        return false;
    url->len = 0;
    ilf__text_put(url, base, strlen(base));
    if (first > 0)
        ilf__text_put(url, destination.ptr, first);
    else if (t->suffix)
        ilf__text_put(url, t->suffix, strlen(t->suffix));
    ilf__text_put_char(url, '\0');
    *lines = end ? (ilf_str){end + 1, destination.len - first - 1} : (ilf_str){"", 0};
    return !url->failed && are_headers(t, *lines);
}
