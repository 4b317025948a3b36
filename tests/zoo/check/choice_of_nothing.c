/* Fails options.choices: a choice has no choices. */
#include "animal.h"

OPTIONS(ILF_OPTION(ENUM, struct animal, choice, "Choice", NULL, "which one"));

ANIMAL(.options = options);
