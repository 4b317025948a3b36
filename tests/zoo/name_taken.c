/* Fails load.name-free: has the name of a flusher that is built in. */
#define ZOO_NAME "flusher_c_null"
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
