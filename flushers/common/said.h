/* What a server says, fit for a log. */
#ifndef ILF_COMMON_SAID_H
#define ILF_COMMON_SAID_H

#include <ilf/flusher.h>

/* Copy @said to @out, which has @size > 0 bytes and may be the same place: one line of UTF-8 without
 * anything that moves a terminal's cursor, turns the direction of writing or can't be seen. Blanks
 * and such characters become one blank, bytes that are no UTF-8 a question mark. What does not fit
 * is left out by whole characters. */
void ilf__put_said(char *out, size_t size, ilf_str said);

#endif
