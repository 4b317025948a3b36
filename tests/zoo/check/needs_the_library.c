/* Fails descriptor.needs: calls the library, if it is there. */
#include "animal.h"

extern const char *ilf_version(void) __attribute__((weak));

static ilf_status init(INIT)
{
    if (ilf_version)
        (void)ilf_version();
    return ILF_OK;
}

ANIMAL(.init = init);
