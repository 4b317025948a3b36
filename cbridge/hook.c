/* What a flusher's hooks answer. */
#include "hook.h"

#include "one_line.h"

ilf_status ilf__hook_status(ilf_status status, const char *verb, ilf_error *err)
{
    if (status == ILF_OK)
        return status;
    ilf__clean_error(err);
    if ((uint64_t)status > ILF_ERR_NOMEM && err && !*err->text)
        (void)ilf_fail(err, status, "%s returns status %u, which is none: return an ilf_status",
                       verb, (unsigned)status);
    return status;
}
