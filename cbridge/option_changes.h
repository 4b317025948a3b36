/* What a configuration has changed, for the log. */
#ifndef ILF_CBRIDGE_OPTION_CHANGES_H
#define ILF_CBRIDGE_OPTION_CHANGES_H

#include "options.h"
#include "page.h"

/* Put the options of @targets, just configured, that differ from their defaults, as
 * "Path=value, Retry.MaxDelay=5s". No secret is in it: of those only that they are set, of URLs neither
 * user nor query, of maps only how much they hold. */
void ilf__put_changes(struct ilf__page *page, const struct ilf__target *targets);

#endif
