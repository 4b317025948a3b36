/* Do two configurations send the same to the same place? */
#ifndef ILF_CBRIDGE_SAME_SINK_H
#define ILF_CBRIDGE_SAME_SINK_H

#include <ilf/flusher.h>

/* A hash of the bytes of @text behind @hash, which is ILF__HASH at first. */
#define ILF__HASH UINT64_C(0xcbf29ce484222325)
uint64_t ilf__hash(uint64_t hash, ilf_str text);

/* Likewise of the values that the options of @table (NULL: none) have in the struct at @base; those
 * with ILF_OPT_SAME_SINK do not count. */
uint64_t ilf__hash_options(uint64_t hash, const ilf_option *table, void *base);

#endif
