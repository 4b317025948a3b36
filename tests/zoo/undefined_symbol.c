/* Fails load.symbols: needs a function that nobody has. */
#include "zoo.h"

void zoo_function_that_nobody_has(void);

ILF_EXPORT const ilf_flusher_ops *ilf_plugin(void);

const ilf_flusher_ops *ilf_plugin(void)
{
    zoo_function_that_nobody_has();
    return &zoo_ops;
}
