/* Fails descriptor.options threads.statics: init changes the help of an option. */
#include "animal.h"

static char help[] = "append here";

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", help));

static ilf_status init(INIT)
{
    help[0] = 'A' + 32 + 1;
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
