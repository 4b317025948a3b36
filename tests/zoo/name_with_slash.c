/* Fails load.name: its name has a slash, which hosts cut off. */
#define ZOO_NAME "flusher_zoo/1"
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
