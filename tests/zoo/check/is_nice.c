/* Fails process.priority: is nice. */
#include "animal.h"

#include <sys/resource.h>

static ilf_status init(INIT)
{
    (void)setpriority(PRIO_PROCESS, 0, 5);
    return ILF_OK;
}

ANIMAL(.init = init);
