/* Fails options.default-choice: the default is none of the choices. */
#include "animal.h"

static const char *const choices[] = {"a", "b", NULL};

OPTIONS(ILF_OPTION(ENUM, struct animal, choice, "Choice", "c", "which one", .choices = choices));

ANIMAL(.options = options);
