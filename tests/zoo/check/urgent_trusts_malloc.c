/* Fails memory.short-between: does not look at what malloc returns. */
#include "animal.h"

static void set_urgent(URGENT)
{
    char *text = malloc(100);

    memset(text, 0, 100);
    READ(text);
    free(text);
}

ANIMAL(.set_urgent = set_urgent);
