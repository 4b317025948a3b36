/* Fails options.flags: a flag is set that there is not. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here", .flags = 1u << 15));

ANIMAL(.options = options);
