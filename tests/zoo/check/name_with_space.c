/* Fails descriptor.name: its name has a space and a capital. */
#include "animal.h"

ANIMAL(.name = "flusher_Zoo animal");
