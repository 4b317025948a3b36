/* Which option, and which field in it, has made a request's head long. */
#ifndef ILF_HTTP_BLAME_H
#define ILF_HTTP_BLAME_H

#include "target.h"

/* Write it into @out, as "Headers.X-App %{content.app}", for a request to @destination, of the many
 * parts of which the longest is meant. */
void http_blame(const struct target *target, ilf_str destination, char *out, size_t size);

#endif
