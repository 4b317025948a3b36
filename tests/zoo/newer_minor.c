/* Fails load.abi: built for a later minor of the ABI than there is. */
#define ZOO_ABI (ILF_ABI + 1)
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
