/* Fails options.required: what is required has a default. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "/tmp", "append here",
                   .flags = ILF_OPT_REQUIRED));

ANIMAL(.options = options);
