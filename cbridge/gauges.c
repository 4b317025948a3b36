/* Numbers of flushers that go up and down, with labels. */
#include "gauges.h"

#include <math.h>
#include <stdlib.h>

#include "metrics_text.h"

struct ilf__gauge {
    struct ilf__gauge *next;
    uint64_t hash; /* of name and labels */
    char *help;    /* these two are in the memory behind the labels */
    char *name;
    double value;
    char labels[]; /* as text, each with a comma in front */
};

enum { LABEL_SIZE = 256, LABELS_SIZE = 1024 };

static uint64_t hash(uint64_t h, const char *text) /* FNV-1a */
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

/* May @labels[@i] be beside the others? A series that has a label twice spoils the whole page. */
static bool is_key(const char *key, const ilf_kv *labels, size_t i)
{
    static const char *const ours[] = {"flusher", "config", "project", "logstore", "instance"};

    if (!ilf__metrics_is_name(key) || (*key >= '0' && *key <= '9'))
        return false;
    for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
        if (strcmp(key, ours[k]) == 0)
            return false;
    for (size_t k = 0; k < i; k++)
        if (ilf_str_equal(labels[k].key, labels[i].key))
            return false;
    return true;
}

/* Write @labels into the LABELS_SIZE bytes at @out. False for keys that are no names, and when there
 * is too much of it. */
static bool write_labels(char *out, const ilf_kv *labels, size_t n)
{
    struct ilf__page page = ilf__page(out, LABELS_SIZE);

    for (size_t i = 0; i < n && page.len < page.size; i++) {
        char key[LABEL_SIZE], value[LABEL_SIZE];

        ilf__metrics_copy_label(key, sizeof(key), labels[i].key);
        ilf__metrics_copy_label(value, sizeof(value), labels[i].value);
        if (!is_key(key, labels, i))
            return false;
        ilf__put_label(&page, key, value);
    }
    return page.len < page.size;
}

static struct ilf__gauge *make(const char *name, const char *help, const char *labels)
{
    size_t labels_len = strlen(labels) + 1, name_len = strlen(name) + 1;
    size_t help_len = strlen(help) + 1;
    struct ilf__gauge *gauge = malloc(sizeof(*gauge) + labels_len + name_len + help_len);

    if (!gauge)
        return NULL;
    memcpy(gauge->labels, labels, labels_len);
    gauge->name = memcpy(gauge->labels + labels_len, name, name_len);
    gauge->help = memcpy(gauge->labels + labels_len + name_len, help, help_len);
    return gauge;
}

/* Where the series is, or would be: behind all others. */
static struct ilf__gauge **find(ilf_flusher *f, uint64_t h, const char *name, const char *labels)
{
    struct ilf__gauge **link = &f->metrics.gauges;

    while (*link && ((*link)->hash != h || strcmp((*link)->name, name) != 0 ||
                     strcmp((*link)->labels, labels) != 0))
        link = &(*link)->next;
    return link;
}

bool ilf__gauge_set(ilf_flusher *f, const char *name, const char *help, const ilf_kv *labels,
                    size_t n_labels, double value)
{
    char text[LABELS_SIZE], shown[ILF__HELP_SIZE];
    struct ilf__gauge **link, *gauge;
    bool gone = isnan(value);
    uint64_t h;

    if (!ilf__metrics_is_name(name) || strlen(name) >= ILF__NAME_SIZE ||
        (n_labels > 0 && !labels) || !write_labels(text, labels, n_labels))
        return false;
    ilf__metrics_copy_label(shown, sizeof(shown),
                            (ilf_str){help, help ? strnlen(help, sizeof(shown)) : 0});
    h = hash(hash(UINT64_C(0xcbf29ce484222325), name), text);
    ilf__metrics_lock();
    link = find(f, h, name, text);
    gauge = *link;
    if (gauge && gone) {
        *link = gauge->next;
        f->metrics.n_gauges--;
        free(gauge);
        gauge = NULL;
    } else if (!gauge && !gone && f->metrics.n_gauges < ILF_GAUGES && !ilf__counters_have(name)) {
        gauge = make(name, shown, text);
        if (gauge) {
            gauge->hash = h;
            gauge->next = NULL;
            *link = gauge;
            f->metrics.n_gauges++;
        }
    }
    if (gauge)
        gauge->value = value;
    ilf__metrics_unlock();
    return gauge || gone;
}

bool ilf__gauges_have(ilf_flusher *first, const char *name)
{
    for (ilf_flusher *f = first; f; f = f->metrics.next)
        for (const struct ilf__gauge *g = f->metrics.gauges; g; g = g->next)
            if (strcmp(g->name, name) == 0)
                return true;
    return false;
}

void ilf__gauges_dispose(ilf_flusher *f)
{
    while (f->metrics.gauges) {
        struct ilf__gauge *gauge = f->metrics.gauges;

        f->metrics.gauges = gauge->next;
        free(gauge);
    }
    f->metrics.n_gauges = 0;
}

/* Has a series in front of @gauge of @f the same name? */
static bool is_written(ilf_flusher *first, const ilf_flusher *f, const struct ilf__gauge *gauge)
{
    for (;; first = first->metrics.next) {
        for (const struct ilf__gauge *g = first->metrics.gauges; g; g = g->next) {
            if (g == gauge)
                return false;
            if (strcmp(g->name, gauge->name) == 0)
                return true;
        }
        if (first == f)
            return false;
    }
}

/* All series of a family must stand together: the first of them writes them all. */
static void put_family(struct ilf__page *w, ilf_flusher *first, const struct ilf__gauge *gauge)
{
    char full[LABEL_SIZE];

    (void)snprintf(full, sizeof(full), "ilf_flusher_%s", gauge->name);
    ilf__put_header(w, "", full, gauge->help, "gauge");
    for (ilf_flusher *f = first; f; f = f->metrics.next)
        for (const struct ilf__gauge *g = f->metrics.gauges; g; g = g->next)
            if (strcmp(g->name, gauge->name) == 0)
                ilf__put_number(w, full, g->labels, f, g->value);
}

void ilf__gauges_put(struct ilf__page *w, ilf_flusher *first)
{
    for (ilf_flusher *f = first; f; f = f->metrics.next)
        for (const struct ilf__gauge *gauge = f->metrics.gauges; gauge; gauge = gauge->next)
            if (!is_written(first, f, gauge))
                put_family(w, first, gauge);
}
