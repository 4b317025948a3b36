/* Fails load.survived: its constructor does not come back. */
#include <unistd.h>

#include "zoo.h"

__attribute__((constructor)) static void greet(void)
{
    for (;;)
        (void)pause();
}

ILF_PLUGIN(zoo_ops);
