/* Prometheus' text format 0.0.4: headers, labels, series;
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#include "metrics_text.h"

#include <inttypes.h>

void ilf__put_label(struct ilf__page *w, const char *name, const char *value)
{
    ilf__page_put(w, ",%s=\"", name);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            ilf__page_put(w, "\\%c", *value);
        else if (*value == '\n')
            ilf__page_put(w, "\\n");
        else
            ilf__page_put(w, "%c", *value);
    }
    ilf__page_put(w, "\"");
}

static void put_labels(struct ilf__page *w, const char *prefix, const char *name, const char *more,
                       const ilf_flusher *f)
{
    const struct ilf__labels *labels = &f->metrics.labels;

    ilf__page_put(w, "%s%s{flusher=\"%s\"", prefix, name, f->ops->name);
    ilf__put_label(w, "config", labels->config);
    ilf__put_label(w, "project", labels->project);
    ilf__put_label(w, "logstore", labels->logstore);
    ilf__page_put(w, ",instance=\"%" PRIu64 "\"%s} ", labels->id, more);
}

void ilf__put_series(struct ilf__page *w, const char *prefix, const char *name, const char *more,
                     const ilf_flusher *f, uint64_t value)
{
    put_labels(w, prefix, name, more, f);
    ilf__page_put(w, "%" PRIu64 "\n", value);
}

void ilf__put_number(struct ilf__page *w, const char *name, const char *more, const ilf_flusher *f,
                     double value)
{
    put_labels(w, "", name, more, f);
    ilf__page_put(w, "%.9g\n", value);
}

void ilf__put_seconds(struct ilf__page *w, const char *name, const ilf_flusher *f, uint64_t ns)
{
    put_labels(w, "", name, "", f);
    ilf__page_put(w, "%" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000, ns % 1000000000);
}

void ilf__put_header(struct ilf__page *w, const char *prefix, const char *name, const char *help,
                     const char *type)
{
    ilf__page_put(w, "# HELP %s%s ", prefix, name);
    for (; *help; help++) {
        if (*help == '\n')
            ilf__page_put(w, "\\n");
        else if (*help == '\\')
            ilf__page_put(w, "\\\\");
        else
            ilf__page_put(w, "%c", *help);
    }
    ilf__page_put(w, "\n# TYPE %s%s %s\n", prefix, name, type);
}
