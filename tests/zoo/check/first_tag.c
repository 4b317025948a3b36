/* Fails data.no-tags: takes it for granted that a group has a tag. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_GROUP (group)
        READ(&group->tags[0].key);
    return ILF_OK;
}

ANIMAL(.flush = flush);
