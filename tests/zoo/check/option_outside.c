/* Fails options.inside: an option lies behind the instance. */
#include "animal.h"

OPTIONS(
    {.name = "Path", .type = ILF_OPT_STR, .offset = sizeof(struct animal), .help = "append here"});

ANIMAL(.options = options);
