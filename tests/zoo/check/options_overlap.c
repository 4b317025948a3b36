/* Fails options.overlap: two options have one place. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "1", "how many"),
        ILF_OPTION(INT, struct animal, number, "Other", "1", "how many"));

ANIMAL(.options = options);
