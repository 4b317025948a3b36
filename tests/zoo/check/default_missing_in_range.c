/* Fails options.default-range: without a default it is 0, which is not in range. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", NULL, "how many", .min = 1, .max = 10));

ANIMAL(.options = options);
