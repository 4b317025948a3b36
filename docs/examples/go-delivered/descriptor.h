/* The C side of flusher_example_go_delivered: its instance, as the host sees it. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include <ilf/flusher.h>

/* Comes zeroed, with the options filled in. Go may not keep its own pointers in C's memory, so the
 * sender is a cgo.Handle. */
struct instance {
    const char *url;
    const char *ca_file;
    int64_t timeout;
    uintptr_t sender;
};

#endif
