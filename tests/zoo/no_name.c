/* Fails load.name: has no name. */
#define ZOO_NAME NULL
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
