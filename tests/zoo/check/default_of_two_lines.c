/* Fails options.default-text: a default has two lines. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "a\nb", "append here"));

ANIMAL(.options = options);
