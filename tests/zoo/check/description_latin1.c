/* Fails descriptor.description: its description is Latin-1. */
#include "animal.h"

ANIMAL(.description = "lives in the z\xf6o");
