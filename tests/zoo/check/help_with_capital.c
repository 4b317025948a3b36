/* Fails options.help-case: a help begins with a capital. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "Append here"));

ANIMAL(.options = options);
