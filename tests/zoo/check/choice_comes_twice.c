/* Fails options.choices-unique: two choices differ in case alone. */
#include "animal.h"

static const char *const choices[] = {"a", "A", NULL};

OPTIONS(ILF_OPTION(ENUM, struct animal, choice, "Choice", "a", "which one", .choices = choices));

ANIMAL(.options = options);
