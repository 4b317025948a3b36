/* Fails descriptor.full-stop: its description ends with a full stop. */
#include "animal.h"

ANIMAL(.description = "lives in the zoo.");
