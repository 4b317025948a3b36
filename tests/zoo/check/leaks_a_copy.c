/* Fails memory.leak: never frees the copy of the topic. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    EACH_GROUP (group)
        SELF->memory = group->topic.len > 0 ? strndup(group->topic.ptr, group->topic.len) : NULL;
    return ILF_OK;
}

ANIMAL(.flush = flush);
