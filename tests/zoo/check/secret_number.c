/* Fails options.secret: a number is a secret. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", NULL, "how many",
                   .flags = ILF_OPT_SECRET));

ANIMAL(.options = options);
