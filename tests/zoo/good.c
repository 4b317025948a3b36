/* Fails nothing: a plugin that is right. */
#include "zoo.h"

ILF_PLUGIN(zoo_ops);
