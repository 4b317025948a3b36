/* Fails options.idle: a text has a range, which nobody looks at. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here", .min = 1, .max = 2));

ANIMAL(.options = options);
