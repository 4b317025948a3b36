/* Fails load.survived: ilf_plugin() ends by a failed assertion. */
#include <stdlib.h>

#include "zoo.h"

ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void);
ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void)
{
    abort();
    return &zoo_ops;
}
