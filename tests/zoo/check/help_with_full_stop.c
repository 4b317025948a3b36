/* Fails options.help-stop: a help ends with a full stop. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here."));

ANIMAL(.options = options);
