/* Flushers in shared libraries of their own. */
#ifndef ILF_CBRIDGE_PLUGINS_H
#define ILF_CBRIDGE_PLUGINS_H

#include "registry.h"

/* Load every *.so in the folders of @path (separated by colons; NULL: none), in the order of their
 * names. What can't be loaded is refused with a reason, and the others go on. */
void ilf__plugins_load(struct ilf__registry *registry, const char *path);

#endif
