/* Fails host.after-stop memory.host-kept threads.statics: asks the host of an instance that has
 * stopped. */
#include "animal.h"

static const ilf_host *last;

static ilf_status init(INIT)
{
    if (last)
        (void)last->now(last->context);
    last = host;
    return ILF_OK;
}

OPTIONS(PATH_OPTION);
ANIMAL(.init = init, .options = options);
