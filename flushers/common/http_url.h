/* Can an address work, as far as its text tells? */
#ifndef ILF_COMMON_HTTP_URL_H
#define ILF_COMMON_HTTP_URL_H

#include <ilf/flusher.h>

/* Is @url, the option @option, one that requests can go to: scheme, user, host and port? Only its
 * text is looked at. Fails with ILF_ERR_CONFIG; what of it may be secret is not shown. */
ilf_status ilf__http_check_url(const char *option, const char *url, ilf_error *err);

/* The same for a proxy's, which is a secret, and whose scheme may be left out. */
ilf_status ilf__http_check_proxy(const char *option, const char *url, ilf_error *err);

#endif
