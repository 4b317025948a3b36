/* Fails load.abi: built for another major of the ABI. */
#define ZOO_ABI (9u << 16)
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
