/* A dead letter as a line of JSON. */
#ifndef ILF_CBRIDGE_LETTER_LINE_H
#define ILF_CBRIDGE_LETTER_LINE_H

#include "deadletter.h"

/* Zeroed is ready for use; free its text. */
struct ilf__lines {
    char *text;
    size_t len, room;
};

/* Add @letter as a line. False when memory is short; the lines are then as they were. */
bool ilf__lines_add(struct ilf__lines *lines, const struct ilf__letter *letter);

#endif
