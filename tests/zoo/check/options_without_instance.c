/* Fails descriptor.instance-size options.inside: has options, and no instance to put them in. */
#include "animal.h"

OPTIONS(PATH_OPTION);

ANIMAL(.options = options, .instance_size = 0);
