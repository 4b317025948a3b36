/* Fails options.ended: its table has no end. */
#include "animal.h"

static const struct {
    ilf_option row;
    uintptr_t behind[64];
} options = {PATH_OPTION, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

ANIMAL(.options = &options.row);
