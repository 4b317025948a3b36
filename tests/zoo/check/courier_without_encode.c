/* Fails load.send: has nothing to send. */
#include "delivered.h"

COURIER(.encode = NULL);
