/* Fails init.every-config: has no room for the number that its table allows. */
#include "animal.h"

OPTIONS(ILF_OPTION(INT, struct animal, number, "Number", "1", "how many", .min = 1, .max = 1e9));

static ilf_status init(INIT)
{
    char room[64];

    assert(SELF->number <= 64);
    memset(room, 0, (size_t)SELF->number);
    READ(room);
    return ILF_OK;
}

ANIMAL(.init = init, .options = options);
