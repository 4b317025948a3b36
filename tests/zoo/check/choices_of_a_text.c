/* Fails options.idle: a text has choices, which nobody looks at. */
#include "animal.h"

static const char *const choices[] = {"a", "b", NULL};

OPTIONS(ILF_OPTION(STR, struct animal, path, "Path", "", "append here", .choices = choices));

ANIMAL(.options = options);
