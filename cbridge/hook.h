/* What a flusher's hooks answer. */
#ifndef ILF_CBRIDGE_HOOK_H
#define ILF_CBRIDGE_HOOK_H

#include <ilf/flusher.h>

/* What @status of the hook @verb is taken for: a number that is no ilf_status becomes @other, and
 * @err, which a failure has filled, becomes one line that says so. */
ilf_status ilf__hook_status(ilf_status status, const char *verb, ilf_status other, ilf_error *err);

#endif
