/* Fails options.common: has an option of its own for what the runtime does. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "stoptimeout", "1", "how many"));

ANIMAL(.options = options);
