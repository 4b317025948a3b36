/* Fails descriptor.name: its name ends where it should begin. */
#include "animal.h"

ANIMAL(.name = "flusher_");
