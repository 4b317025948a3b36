/* Compression of request bodies and messages, with contexts that are kept from one to the next. */
#ifndef ILF_COMMON_COMPRESS_H
#define ILF_COMMON_COMPRESS_H

#include "text.h"

enum ilf__compression {
    ILF__COMPRESS_NONE,
    ILF__COMPRESS_GZIP,   /* RFC 1952 */
    ILF__COMPRESS_ZLIB,   /* RFC 1950: what HTTP calls deflate */
    ILF__COMPRESS_ZSTD,   /* RFC 8878 */
    ILF__COMPRESS_SNAPPY, /* the block format, as the native flushers have it */
    ILF__COMPRESS_LZ4,    /* the frame format */
};

/* Names for an option of type ENUM, in the order of enum ilf__compression, then NULL. */
extern const char *const ilf__compression_names[];

/* The token of HTTP's Content-Encoding; NULL for none. */
const char *ilf__content_coding(enum ilf__compression kind);

/* Used by one thread at a time. Zeroed is a compressor that copies. */
struct ilf__compressor {
    enum ilf__compression kind;
    int level;                 /* of the algorithm; 0: its default */
    void *state;               /* z_stream, ZSTD_CCtx or LZ4F_cctx */
    struct ilf__text gathered; /* input in one piece, for the format that needs it so */
};

/* Fails with ILF_ERR_NOMEM, or ILF_ERR_CONFIG for a level that the algorithm does not have. */
ilf_status ilf__compressor_init(struct ilf__compressor *c, enum ilf__compression kind, int level,
                                ilf_error *err);

/* Append to @out what the @n pieces, one behind the other, compress to. Fails with ILF_ERR_NOMEM,
 * or ILF_ERR_DROP for more bytes than the format can hold; @out is then as it was. */
ilf_status ilf__compress(struct ilf__compressor *c, const ilf_str *pieces, size_t n,
                         struct ilf__text *out, ilf_error *err);

void ilf__compressor_dispose(struct ilf__compressor *c);

#endif
