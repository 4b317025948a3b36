/* Fails options.range: min is above max, which means no range. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "1", "how many", .min = 10, .max = 1));

ANIMAL(.options = options);
