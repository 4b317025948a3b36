/* Fails options.name: the name of an option is empty. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "", "", "append here"));

ANIMAL(.options = options);
