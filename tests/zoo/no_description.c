/* Fails load.description: does not say what it does. */
#define ZOO_DESCRIPTION NULL
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
