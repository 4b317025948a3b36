/* All that is wrong with a configuration, without starting anything. */
#ifndef ILF_CBRIDGE_CHECK_H
#define ILF_CBRIDGE_CHECK_H

#include "page.h"

/* ilf_check for a descriptor that is not in the registry. */
void ilf__check(const ilf_flusher_ops *ops, const char *json, size_t len, struct ilf__page *page);

#endif
