/* The C side of flusher_example_go: its instance, as the host sees it. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include <ilf/flusher.h>

/* Comes zeroed, with the option filled in. Go may not keep its own pointers in C's memory, so the
 * writer is a cgo.Handle. */
struct instance {
    const char *path;
    uintptr_t writer;
};

#endif
