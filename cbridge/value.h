/* Option values written as text: sizes, durations, numbers, and ${NAME} inside strings. */
#ifndef ILF_CBRIDGE_VALUE_H
#define ILF_CBRIDGE_VALUE_H

#include <ilf/flusher.h>

#include "arena.h"

/* Read "512KiB", "1.5MB", "10 GiB" or "4096" into bytes. False when it is none, or too large. */
bool ilf__parse_size(const char *text, double *bytes);

/* Read "30s", "1m30.5s", "250ms" or "-1h" into nanoseconds. False when it is none, or too large. */
bool ilf__parse_duration(const char *text, double *ns);

/* Read a finite decimal number that fills all of @text. */
bool ilf__parse_number(const char *text, double *number);

/* Replace ${NAME} and $$ in @text, and text that begins with "file:" by what that file holds, less
 * one newline at its end. The result lives in @arena. On failure, @err says what is wrong without
 * showing the text. */
ilf_status ilf__expand(struct ilf__arena *arena, ilf_str text, ilf_str *out, ilf_error *err);

#endif
