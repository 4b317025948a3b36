/* Fails options.default: a list has a default. */
#include "animal.h"

OPTIONS({.name = "Paths",
         .type = ILF_OPT_LIST,
         .offset = offsetof(struct animal, memory),
         .default_value = "a,b",
         .help = "append there"});

ANIMAL(.options = options);
