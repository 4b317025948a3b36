/* Fails load.name: its name does not begin with flusher_. */
#define ZOO_NAME "zoo"
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
