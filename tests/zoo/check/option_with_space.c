/* Fails options.name: the name of an option has a space. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "File name", "", "append here"));

ANIMAL(.options = options);
