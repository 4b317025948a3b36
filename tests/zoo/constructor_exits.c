/* Fails load.survived: its constructor ends the process. */
#include <stdlib.h>

#include "zoo.h"

__attribute__((constructor)) static void greet(void)
{
    exit(3);
}

ILF_PLUGIN(zoo_ops);
