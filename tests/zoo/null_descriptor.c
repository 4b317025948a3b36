/* Fails load.not-null: its ilf_plugin returns NULL. */
#include "zoo.h"

ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void);

const ilf_flusher_ops *ilf_plugin(void)
{
    (void)zoo_ops;
    return NULL;
}
