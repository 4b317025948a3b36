/* Which characters Go's strconv.IsPrint holds printable. */
#ifndef ILF_COMMON_PRINTABLE_H
#define ILF_COMMON_PRINTABLE_H

#include <stdbool.h>
#include <stdint.h>

/* @rune lies below 0x10000. */
bool ilf__is_printable(uint32_t rune);

#endif
