/* Fails descriptor.description: its description says nothing. */
#include "animal.h"

ANIMAL(.description = "");
