/* Fails load.survived: its constructor writes where nothing is. */
#include "zoo.h"

static int *volatile nowhere;

__attribute__((constructor)) static void greet(void)
{
    *nowhere = 1;
}

ILF_PLUGIN(zoo_ops);
