/* Errors of a configuration: one line each, with the path of the option and what it wants. */
#ifndef ILF_CBRIDGE_OPTION_ERROR_H
#define ILF_CBRIDGE_OPTION_ERROR_H

#include <ilf/flusher.h>

#include <jansson.h>

#include "page.h"

/* Bytes of a bad value that an error quotes, and room for them as JSON, with quotes and dots. */
enum { ILF__SHOWN = 64, ILF__SHOWN_SIZE = ILF__SHOWN * 6 + 8 };

/* Where we are in the configuration: names up to the root, whose @up is NULL. */
struct ilf__path {
    const struct ilf__path *up;
    const char *name;
};

/* Who is configured, and where the error goes: the first, with who in front, into @err, or, where
 * @all is there, each as a line into that. */
struct ilf__complaint {
    const char *who;
    ilf_error *err;
    struct ilf__page *all;
};

/* Tell the text, and return @status. */
ilf_status ilf__tell(const struct ilf__complaint *to, ilf_status status, const char *format, ...)
    ILF_PRINTF(3, 4);

/* "who: path: why". Returns ILF_ERR_CONFIG. */
ilf_status ilf__complain(const struct ilf__complaint *to, const struct ilf__path *path,
                         const char *why);

/* That @option wants another type of value than @value. Returns ILF_ERR_CONFIG. */
ilf_status ilf__complain_type(const struct ilf__complaint *to, const struct ilf__path *path,
                              const ilf_option *option, const json_t *value);

/* @value as it stood in the configuration, cut; what may hold a secret is only named. */
void ilf__print_value(char out[ILF__SHOWN_SIZE], const ilf_option *option, const json_t *value);

/* Replace what would break the one line that an error is, such as a newline in the name of a file.
 */
void ilf__one_line(ilf_error *err);

#endif
