/* Fails load.one-kind: has flush beside send. */
#include "delivered.h"

COURIER(.flush = discard);
