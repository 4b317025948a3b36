/* Fails options.default: the default of a whole number is not whole. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "1.5", "how many"));

ANIMAL(.options = options);
