/* Fails options.default-range: a default is not in its range. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "100", "how many", .min = 1, .max = 10));

ANIMAL(.options = options);
