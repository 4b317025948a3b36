/* What a batch holds that no payload will: events that encode has rejected, records too large for
 * any sink. */
#include "rejects.h"

#include <stdlib.h>

bool ilf__rejects_add(struct ilf__rejects *rejects, ilf_str text, ilf_str destination,
                      uint32_t n_events, const char *why, bool too_large)
{
    struct ilf__reject *r = malloc(sizeof(*r) + text.len + destination.len + 1);

    if (!r)
        return false;
    *r = (struct ilf__reject){.n_events = n_events, .too_large = too_large};
    r->text = (ilf_str){(char *)(r + 1), text.len};
    r->destination = (ilf_str){(char *)(r + 1) + text.len, destination.len};
    if (text.len > 0)
        memcpy(r + 1, text.ptr, text.len);
    if (destination.len > 0)
        memcpy((char *)(r + 1) + text.len, destination.ptr, destination.len);
    (void)snprintf(r->why, sizeof(r->why), "%.200s", why ? why : "");
    *(rejects->last ? &rejects->last->next : &rejects->first) = r;
    rejects->last = r;
    rejects->events += n_events;
    return true;
}

void ilf__rejects_forget(struct ilf__rejects *rejects)
{
    while (rejects->first) {
        struct ilf__reject *r = rejects->first;

        rejects->first = r->next;
        free(r);
    }
    *rejects = (struct ilf__rejects){0};
}
