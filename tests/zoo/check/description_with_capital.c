/* Fails descriptor.subject: its description begins with a capital. */
#include "animal.h"

ANIMAL(.description = "Lives in the zoo");
