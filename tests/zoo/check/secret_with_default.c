/* Fails options.secret-default: a secret has a default. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "letmein", "append here",
                   .flags = ILF_OPT_SECRET));

ANIMAL(.options = options);
