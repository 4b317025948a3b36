/* Fails descriptor.description: its description has two lines. */
#include "animal.h"

ANIMAL(.description = "lives in\nthe zoo");
