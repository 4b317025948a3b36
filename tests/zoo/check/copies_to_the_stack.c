/* Fails data.megabyte: copies values into 64 KiB. */
#include "animal.h"

static ilf_status flush(FLUSH)
{
    char copy[65536];

    EACH_PAIR (kv) {
        assert(kv->value.len <= sizeof(copy));
        if (kv->value.len > 0)
            memcpy(copy, kv->value.ptr, kv->value.len);
        READ(copy);
    }
    return ILF_OK;
}

ANIMAL(.flush = flush);
