/* Fails nothing: is right, and its sends end in poll. */
#include "delivered.h"

POLLED();
