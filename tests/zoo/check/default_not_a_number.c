/* Fails options.default: the default of a number is none. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "many", "how many"));

ANIMAL(.options = options);
