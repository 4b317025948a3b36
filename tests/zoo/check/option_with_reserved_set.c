/* Fails options.reserved: uses what is reserved. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here", .reserved = {"mine"}));

ANIMAL(.options = options);
