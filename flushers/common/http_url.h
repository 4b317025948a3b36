/* Which URLs can work at all, and which proxy a request takes. */
#ifndef ILF_COMMON_HTTP_URL_H
#define ILF_COMMON_HTTP_URL_H

#include <ilf/flusher.h>

/* Is @url, up to its path, one that requests can go to? Fails with ILF_ERR_CONFIG and a line that names
 * @option, the URL without user and password, and the cure. */
ilf_status ilf__http_check_url(const char *option, const char *url, ilf_error *err);

/* The same for the URL of a proxy, which may have other schemes, or none. */
ilf_status ilf__http_check_proxy(const char *option, const char *url, ilf_error *err);

/* Append nothing but what may be logged: the scheme, host and port of @url. */
void ilf__http_put_origin(char *out, size_t size, const char *url);

#endif
