/* Fails process.limits: allows no core dumps. */
#include "animal.h"

#include <sys/resource.h>

static ilf_status init(INIT)
{
    struct rlimit limit;

    (void)getrlimit(RLIMIT_STACK, &limit);
    limit.rlim_cur = 1 << 22;
    (void)setrlimit(RLIMIT_STACK, &limit);
    return ILF_OK;
}

ANIMAL(.init = init);
