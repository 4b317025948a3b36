/* Flushers in shared libraries of their own. */
#ifndef ILF_CBRIDGE_PLUGINS_H
#define ILF_CBRIDGE_PLUGINS_H

#include "registry.h"

/* Load every *.so in the folders of @path (separated by colons; NULL: none), in the order of their
 * names. What can't be loaded is refused with a reason, and the others go on; so is what crashes or
 * hangs there, for each is tried in a child process first. */
void ilf__plugins_load(struct ilf__registry *registry, const char *path);

/* Load the one plugin @path: its handle of dlopen, and its descriptor, of which nothing is checked
 * yet. On failure nothing stays loaded. Not tried in a child process. */
ilf_status ilf__plugin_open(const char *path, void **library, const ilf_flusher_ops **ops,
                            ilf_error *err);

#endif
