/* Fails options.unique: two options differ in case alone. */
#include "animal.h"

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here"),
        ILF_OPTION(INT, struct animal, number, "PATH", "1", "how many"));

ANIMAL(.options = options);
