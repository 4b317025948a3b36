/* Fails options.aligned: a value is not aligned. */
#include "animal.h"

OPTIONS({.name = "Number", .type = ILF_OPT_INT, .offset = 1, .help = "how many"});

ANIMAL(.options = options);
