/* Fails load.hook: takes neither logs nor events. */
#define ZOO_FLUSH NULL
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
