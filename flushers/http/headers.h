/* Lines of headers, as HTTP allows and libcurl takes them. */
#ifndef ILF_HTTP_HEADERS_H
#define ILF_HTTP_HEADERS_H

#include "../common/text.h"

/* A token: RFC 9110, section 5.1. */
bool header_is_name(ilf_str name);

/* Does @value hold nothing that could end a line? */
bool header_fits(ilf_str value);

/* Can @value name a host, as Host does? A server refuses every request that says something else. */
bool header_fits_host(ilf_str value);

/* Append "Name: value"; for an empty value "Name;", by which libcurl sends it all the same. */
void header_put(struct ilf__text *to, ilf_str name, ilf_str value);

/* Set @kept to those of @headers that are not ours to send, nor named @without (NULL: none): what
 * says where the body ends, above all, of which a user's word would cut bodies off. As Go's client,
 * which leaves those out too; @host's log is told. Free kept->items. False: out of memory. */
bool headers_keep(const ilf_str_map *headers, const char *without, ilf_str_map *kept,
                  const ilf_host *host);

#endif
