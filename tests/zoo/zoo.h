/* What every animal of the zoo is, but for the one way in which it is wrong: a plugin that discards
 * everything. A member overrides with ZOO_... before including this. */
#ifndef ILF_TESTS_ZOO_H
#define ILF_TESTS_ZOO_H

#include <ilf/flusher.h>

#ifndef ZOO_ABI
#define ZOO_ABI ILF_ABI
#endif
#ifndef ZOO_SIZE
#define ZOO_SIZE sizeof(ilf_flusher_ops)
#endif
#ifndef ZOO_NAME
#define ZOO_NAME "flusher_zoo"
#endif
#ifndef ZOO_DESCRIPTION
#define ZOO_DESCRIPTION "lives in the zoo"
#endif
#ifndef ZOO_MORE
#define ZOO_MORE
#endif
#ifndef ZOO_FLUSH
#define ZOO_FLUSH zoo_flush
#endif

static inline ilf_status zoo_flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static const ilf_flusher_ops zoo_ops = {.abi = ZOO_ABI,
                                        .struct_size = ZOO_SIZE,
                                        .name = ZOO_NAME,
                                        .description = ZOO_DESCRIPTION,
                                        .flush = ZOO_FLUSH,
                                        ZOO_MORE};

#endif
