/* Fails load.config: has a required option, and no configuration is given. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", NULL, "append here",
                   .flags = ILF_OPT_REQUIRED));

ANIMAL(.options = options);
