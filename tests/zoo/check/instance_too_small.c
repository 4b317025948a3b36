/* Fails memory.instance-end: its instance is larger than it says. */
#include "animal.h"

static ilf_status init(INIT)
{
    ((volatile char *)self)[20] = 1;
    return ILF_OK;
}

ANIMAL(.init = init, .instance_size = 17);
