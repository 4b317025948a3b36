/* A plugin, loaded for a trial. */
#ifndef ILF_CBRIDGE_PLUGIN_TRIAL_H
#define ILF_CBRIDGE_PLUGIN_TRIAL_H

#include <ilf/flusher.h>

/* Load the library @path and read its descriptor in a child process, which may crash, exit or hang
 * there without harm: then this fails, and @err says how it has ended. It succeeds for a library that
 * can't be loaded, or has a wrong descriptor, for reasons that can be told without danger; and where
 * no child can be had. */
ilf_status ilf__plugin_try(const char *path, ilf_error *err);

#endif
