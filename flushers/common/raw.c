/* Event groups of byte arrays as they are: the protocol raw. */
#include "format.h"

#include <inttypes.h>

static const char *why_not(uint32_t type)
{
    return type == ILF_EVENT_LOG      ? "protocol raw takes byte arrays, not logs"
           : type == ILF_EVENT_METRIC ? "protocol raw takes byte arrays, not metrics"
           : type == ILF_EVENT_SPAN   ? "protocol raw takes byte arrays, not spans"
                                      : "protocol raw takes byte arrays only";
}

/* Natively even one event of another type costs the group, whatever IgnoreUnExpectedData says. */
static ilf_status check(const struct ilf__format *f, const ilf_event_group *group, ilf_error *err)
{
    for (size_t i = 0; !f->options->ignore_unexpected_data && i < group->n_events; i++)
        if (group->events[i].type != ILF_EVENT_BYTES)
            return ilf_fail(err, ILF_ERR_DROP, "format: event %zu: %s", i,
                            why_not(group->events[i].type));
    return ILF_OK;
}

ilf_status ilf__raw_events(struct ilf__format *f, const ilf_event_group *group,
                           struct ilf__text *text, const struct ilf__sink *sink, ilf_error *err)
{
    bool join = f->separator.len > 0;
    struct ilf__item item = {.start = text->len, .selected = f->selected};
    ilf_status status = check(f, group, err);

    if (status != ILF_OK)
        return status;
    ilf__format_select_group(f, group);
    for (size_t i = 0; i < group->n_events; i++) {
        const ilf_event *event = &group->events[i];

        if (event->type != ILF_EVENT_BYTES) {
            sink->refuse(sink->context, i, why_not(event->type));
            continue;
        }
        if (!join)
            item = (struct ilf__item){text->len, i, 1, f->selected};
        else if (item.n_records++ > 0)
            ilf__text_put_str(text, f->separator);
        else
            item.first = i;
        ilf__text_put_str(text, *event->as.bytes);
        if (text->failed)
            return ilf__format_fail_memory(text, item.start, err);
        if (join)
            continue;
        status = sink->take(sink->context, text, &item);
        if (status != ILF_OK)
            return status;
    }
    return join && item.n_records > 0 ? sink->take(sink->context, text, &item) : ILF_OK;
}
