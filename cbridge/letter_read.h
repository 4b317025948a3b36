/* Reading dead letters back, to send them again. */
#ifndef ILF_CBRIDGE_LETTER_READ_H
#define ILF_CBRIDGE_LETTER_READ_H

#include "deadletter.h"

/* A letter that was read; its strings live until it is disposed of. */
struct ilf__read_letter {
    struct ilf__letter letter;
    void *memory[2]; /* what they lead into */
};

/* Read @line, without its newline. What replaying needs must be there: the flusher, the body, the
 * destination, that it is encoded; the rest may be missing. Fails with ILF_ERR_DROP for what is no
 * dead letter, which says why in one line, or with ILF_ERR_NOMEM. */
ilf_status ilf__letter_read(struct ilf__read_letter *out, ilf_str line, ilf_error *err);

void ilf__letter_dispose(struct ilf__read_letter *letter);

#endif
