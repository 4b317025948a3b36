/* Fails load.survived: crashes in ilf_plugin(). */
#include "animal.h"

static ilf_flusher_ops ops[2] = {
    {.abi = ILF_ABI,
     .struct_size = sizeof(ilf_flusher_ops),
     .name = "flusher_zoo",
     .description = "lives in the zoo",
     .flush = discard},
    {.abi = ILF_ABI,
     .struct_size = sizeof(ilf_flusher_ops),
     .name = "flusher_zoo",
     .description = "lives in the zoo",
     .flush = discard},
};

ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void);

ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void)
{
    READ(ops[1].options);
    return &ops[0];
}
