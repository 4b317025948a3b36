/* Fails load.survived: crashes in a constructor. */
#include "animal.h"

__attribute__((constructor)) static void greet(void)
{
    abort();
}

ANIMAL();
