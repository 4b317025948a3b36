/* Fails descriptor.quiet process.stdout: greets when it is loaded. */
#include "animal.h"

__attribute__((constructor)) static void greet(void)
{
    (void)puts("the zoo is here");
    (void)fflush(stdout);
}

ANIMAL();
