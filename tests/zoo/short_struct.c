/* Fails load.struct-size: its descriptor says that it is shorter than one can be. */
#define ZOO_SIZE 8
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
