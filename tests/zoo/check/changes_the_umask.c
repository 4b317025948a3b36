/* Fails process.umask: changes the umask. */
#include "animal.h"

#include <sys/stat.h>

static ilf_status init(INIT)
{
    (void)umask(0123);
    return ILF_OK;
}

ANIMAL(.init = init);
