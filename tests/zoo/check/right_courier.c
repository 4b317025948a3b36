/* Fails nothing: is right, and its sends end at once. */
#include "delivered.h"

COURIER(.cancel = cancel_all);
