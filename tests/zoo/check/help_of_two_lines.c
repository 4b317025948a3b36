/* Fails options.help: a help has two lines. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append\nhere"));

ANIMAL(.options = options);
