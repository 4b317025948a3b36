/* Headers that the user sets: which are allowed, and how libcurl takes them. */
#ifndef ILF_HTTP_HEADERS_H
#define ILF_HTTP_HEADERS_H

#include "../common/text.h"

/* What @headers set @name to, or NULL. */
const ilf_str *headers_find(const ilf_str_map *headers, const char *name);

/* Is there nothing in @value that could end a line? */
bool headers_fits(ilf_str value);

/* Is it a token (RFC 9110, section 5.1)? */
bool headers_is_name(ilf_str name);

/* Append a header's line. libcurl would leave a header out that has nothing behind its colon. */
void headers_put(struct ilf__text *line, ilf_str name, ilf_str value);

/* Set @kept to @headers but for those that frame the body, which are libcurl's to write: a length that
 * is not the body's would cut it off. (Go's client ignores them too.) Warns of them in @host's log.
 * Returns what to free, or NULL: out of memory. */
ilf_kv *headers_keep(const ilf_str_map *headers, const ilf_host *host, ilf_str_map *kept);

#endif
