/* Fails options.default: the default of a bool is yes. */
#include "animal.h"

OPTIONS({.name = "On",
         .type = ILF_OPT_BOOL,
         .offset = offsetof(struct animal, number),
         .default_value = "yes",
         .help = "do it"});

ANIMAL(.options = options);
