/* Fails options.choices: the list of choices is empty. */
#include "animal.h"

static const char *const choices[] = {NULL};

OPTIONS(ILF_OPTION(ENUM, struct animal, choice, "Choice", NULL, "which one", .choices = choices));

ANIMAL(.options = options);
