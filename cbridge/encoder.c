/* What encode is given to put records into: a collector, with care for what it is given. */
#include "encoder.h"

#include "one_line.h"

enum { REASON = 256 };

void ilf__encoder_open(struct ilf__collector *c)
{
    atomic_store(&c->encoding, true);
}

void ilf__encoder_close(struct ilf__collector *c)
{
    atomic_store(&c->encoding, false);
}

static bool is_open(const struct ilf__collector *c)
{
    return atomic_load_explicit(&c->encoding, memory_order_relaxed);
}

static bool is_text(ilf_str text, size_t max)
{
    return text.len == 0 || (text.ptr && text.len <= max);
}

ilf_status ilf__encoder_put(void *collector, const ilf_record *record)
{
    if (!record || !is_open(collector))
        return ILF_ERR_DROP;
    if (!is_text(record->body, SIZE_MAX) || !is_text(record->destination, ILF__NAME_MAX) ||
        !is_text(record->key, ILF__NAME_MAX))
        return ilf__collect_reject(collector, (ilf_str){NULL, 0}, record->n_events,
                                   "the flusher put a record whose text is not there, or whose "
                                   "destination or key is endless");
    return ilf__collect_put(collector, record);
}

ilf_status ilf__encoder_reject(void *collector, ilf_str text, uint32_t n_events, const char *why)
{
    char line[REASON];

    if (!is_open(collector))
        return ILF_ERR_DROP;
    why = why ? why : "the flusher gives no reason";
    ilf__copy_line(line, sizeof(line), (ilf_str){why, strnlen(why, sizeof(line) - 1)});
    if (!is_text(text, ILF__RECORD_MAX))
        text.len = 0; /* what it was can't be told */
    return ilf__collect_reject(collector, text, n_events, line);
}
