/* Fails descriptor.hooks ...: a hook is no function. */
#include "animal.h"

static char data[64];

ANIMAL(.set_urgent = (void (*)(void *, bool))(uintptr_t)data);
