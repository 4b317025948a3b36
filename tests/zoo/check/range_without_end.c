/* Fails options.range: max is infinite, which can not be shown. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "1", "how many", .min = 1,
                   .max = __builtin_inf()));

ANIMAL(.options = options);
