/* Fails memory.short-between: does not look at what malloc returns. */
#include "animal.h"

static bool is_ready(READY)
{
    char *text = malloc(route->project.len + 1);

    memset(text, 0, route->project.len + 1);
    READ(text);
    free(text);
    return true;
}

ANIMAL(.is_ready = is_ready);
