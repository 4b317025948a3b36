/* Fails descriptor.struct-size: its struct_size is that of a later minor. */
#include "animal.h"

ANIMAL(.struct_size = sizeof(ilf_flusher_ops) + 8);
