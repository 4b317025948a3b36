/* Fails descriptor.constant threads.statics: init changes the description. */
#include "animal.h"

static char description[] = "lives in the zoo";

static ilf_status init(INIT)
{
    description[0] = 'd';
    return ILF_OK;
}

ANIMAL(.init = init, .description = description);
