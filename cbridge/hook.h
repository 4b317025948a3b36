/* What a flusher's hooks answer. */
#ifndef ILF_CBRIDGE_HOOK_H
#define ILF_CBRIDGE_HOOK_H

#include <ilf/flusher.h>

/* What the hook @verb has returned, which is a failure whatever number else than ILF_OK it is: @err, which
 * it has filled, becomes one line, and says something even where the number is no ilf_status. */
ilf_status ilf__hook_status(ilf_status status, const char *verb, ilf_error *err);

#endif
