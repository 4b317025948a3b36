/* Fails load.survived: the name in its descriptor is no address. */
#define ZOO_NAME ((const char *)16)
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
