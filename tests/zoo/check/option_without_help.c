/* Fails options.help: an option has no help. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", NULL));

ANIMAL(.options = options);
