/* Fails options.flags: a flag is set that there is not. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here", .flags = 64));

ANIMAL(.options = options);
