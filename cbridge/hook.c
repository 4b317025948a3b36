/* What a flusher's hooks answer. */
#include "hook.h"

#include "one_line.h"

ilf_status ilf__hook_status(ilf_status status, const char *verb, ilf_status other, ilf_error *err)
{
    char said[256];

    if (status == ILF_OK)
        return status;
    ilf__clean_error(err);
    if ((uint64_t)status <= ILF_ERR_NOMEM)
        return status;
    (void)snprintf(said, sizeof(said), "%.200s", err->text);
    return ilf_fail(err, other, "%s returns status %u, which is none: return an ilf_status%s%s",
                    verb, (unsigned)status, *said ? "; it says: " : "", said);
}
