/* The parts of URLs, and their escapes (RFC 3986; queries as Go's url.Values writes them). */
#ifndef ILF_HTTP_URL_H
#define ILF_HTTP_URL_H

#include "../common/text.h"

struct url_parts {
    ilf_str base;  /* scheme and authority: "http://host:1" */
    ilf_str path;  /* "/p", maybe empty */
    ilf_str query; /* behind the question mark */
};

/* NULL, or what is wrong with @url. A fragment is left out. */
const char *url_split(const char *url, struct url_parts *parts);

/* Append @base without user and password. */
void url_put_label(struct ilf__text *text, ilf_str base);

/* Append @value as a value of a query: blanks as +. */
void url_put_query(struct ilf__text *text, ilf_str value);

/* Append @value as a part of a path, slashes escaped too. */
void url_put_path(struct ilf__text *text, ilf_str value);

/* Take the next pair of @query off its front and append its decoded key and value to @text; @key_len
 * bytes of it are the key. False at the end. Pairs that are badly escaped are left out. */
bool url_next_pair(ilf_str *query, struct ilf__text *text, size_t *key_len);

/* Is a segment of a path "." or "..", escaped or not? */
bool url_is_dots(ilf_str segment);

/* Can @text, a path with a query, stand behind a server's address? Else it would become a part of
 * that address, or end the line. */
bool url_is_suffix(ilf_str text);

/* Does @url name a user before its host? */
bool url_has_user(const char *url);

#endif
