/* Fails load.survived: ends the process in a constructor. */
#include "animal.h"

__attribute__((constructor)) static void greet(void)
{
    _exit(0);
}

ANIMAL();
