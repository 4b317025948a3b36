/* Text from elsewhere, as one line that a log can show. */
#ifndef ILF_CBRIDGE_ONE_LINE_H
#define ILF_CBRIDGE_ONE_LINE_H

#include <ilf/flusher.h>

/* Copy @text into the @size bytes at @out, with a NUL behind it and cut between characters. Line
 * ends and other control characters become blanks, what is no UTF-8 becomes '?'. */
void ilf__copy_line(char *out, size_t size, ilf_str text);

/* The same in place, for what a hook has left in @err, which may lack its NUL. */
void ilf__clean_error(ilf_error *err);

#endif
