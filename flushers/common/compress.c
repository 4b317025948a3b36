/* Compression of request bodies and messages, with contexts that are kept from one to the next. */
#include "compress.h"

#include <stdlib.h>

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

enum { GZIP_WINDOW = 15 + 16, ZLIB_WINDOW = 15, ZLIB_MEMORY = 8 };

const char *const ilf__compression_names[] = {"none",   "gzip", "zlib", "zstd",
                                              "snappy", "lz4",  NULL};

const char *ilf__content_coding(enum ilf__compression kind)
{
    return kind == ILF__COMPRESS_NONE   ? NULL
           : kind == ILF__COMPRESS_ZLIB ? "deflate"
                                        : ilf__compression_names[kind];
}

static ilf_status out_of_memory(ilf_error *err)
{
    return ilf_fail(err, ILF_ERR_NOMEM, "compress: out of memory");
}

static ilf_status bad_level(int level, const char *name, int least, int most, ilf_error *err)
{
    return ilf_fail(err, ILF_ERR_CONFIG,
                    "%s has no compression level %d: use %d to %d, or 0 for its default", name,
                    level, least, most);
}

/* --- gzip and zlib --------------------------------------------------------------------------- */

static ilf_status deflate_init(struct ilf__compressor *c, ilf_error *err)
{
    int window = c->kind == ILF__COMPRESS_GZIP ? GZIP_WINDOW : ZLIB_WINDOW;
    z_stream *z;

    if (c->level < 0 || c->level > 9)
        return bad_level(c->level, ilf__compression_names[c->kind], 1, 9, err);
    z = calloc(1, sizeof(*z));
    if (!z)
        return out_of_memory(err);
    if (deflateInit2(z, c->level > 0 ? c->level : Z_DEFAULT_COMPRESSION, Z_DEFLATED, window,
                     ZLIB_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(z);
        return out_of_memory(err);
    }
    c->state = z;
    return ILF_OK;
}

/* Feed @in, and all of it, with room for the worst case set aside at once: a call for a piece. */
static bool deflate_piece(z_stream *z, ilf_str in, int flush, struct ilf__text *out)
{
    size_t left = in.len;

    z->next_in = (Bytef *)in.ptr; /* not written to: zlib's interface predates const */
    do {
        uInt n = left < UINT32_MAX / 2 ? (uInt)left : UINT32_MAX / 2, room;

        z->avail_in = n;
        left -= n;
        do {
            if (!ilf__text_reserve(out, deflateBound(z, z->avail_in) + 16))
                return false;
            room = out->cap - out->len < UINT32_MAX ? (uInt)(out->cap - out->len) : UINT32_MAX;
            z->next_out = (Bytef *)out->ptr + out->len;
            z->avail_out = room;
            (void)deflate(z, left > 0 ? Z_NO_FLUSH : flush); /* with room and input it can't fail */
            out->len += room - z->avail_out;
        } while (z->avail_out == 0);
    } while (left > 0);
    return true;
}

static bool deflate_all(struct ilf__compressor *c, const ilf_str *pieces, size_t n,
                        struct ilf__text *out)
{
    z_stream *z = c->state;

    (void)deflateReset(z);
    for (size_t i = 0; i < n; i++)
        if (pieces[i].len > 0 && !deflate_piece(z, pieces[i], Z_NO_FLUSH, out))
            return false;
    return deflate_piece(z, (ilf_str){"", 0}, Z_FINISH, out);
}

/* --- zstd ------------------------------------------------------------------------------------ */

static ilf_status zstd_init(struct ilf__compressor *c, ilf_error *err)
{
    ZSTD_CCtx *context;

    if (c->level < ZSTD_minCLevel() || c->level > ZSTD_maxCLevel())
        return bad_level(c->level, "zstd", 1, ZSTD_maxCLevel(), err);
    context = ZSTD_createCCtx();
    if (!context)
        return out_of_memory(err);
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, c->level);
    c->state = context;
    return ILF_OK;
}

static bool zstd_all(struct ilf__compressor *c, const ilf_str *pieces, size_t n, size_t total,
                     struct ilf__text *out)
{
    ZSTD_CCtx *context = c->state;
    ZSTD_outBuffer to;

    if (!ilf__text_reserve(out, ZSTD_compressBound(total)))
        return false;
    (void)ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
    (void)ZSTD_CCtx_setPledgedSrcSize(context, total);
    to = (ZSTD_outBuffer){out->ptr + out->len, out->cap - out->len, 0};
    for (size_t i = 0; i <= n; i++) {
        ZSTD_inBuffer from = {i < n ? pieces[i].ptr : NULL, i < n ? pieces[i].len : 0, 0};
        size_t rest;

        do {
            rest = ZSTD_compressStream2(context, &to, &from, i < n ? ZSTD_e_continue : ZSTD_e_end);
            if (ZSTD_isError(rest)) /* of memory; the bound leaves no other */
                return false;
        } while (from.pos < from.size || (i == n && rest > 0));
    }
    out->len += to.pos;
    return true;
}

/* --- lz4 ------------------------------------------------------------------------------------- */

static ilf_status lz4_init(struct ilf__compressor *c, ilf_error *err)
{
    LZ4F_cctx *context;

    if (c->level < -65536 || c->level > LZ4F_compressionLevel_max())
        return bad_level(c->level, "lz4", 1, LZ4F_compressionLevel_max(), err);
    if (LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION)))
        return out_of_memory(err);
    c->state = context;
    return ILF_OK;
}

static bool lz4_step(struct ilf__text *out, size_t written)
{
    if (LZ4F_isError(written))
        return false;
    out->len += written;
    return true;
}

static bool lz4_all(struct ilf__compressor *c, const ilf_str *pieces, size_t n, size_t total,
                    struct ilf__text *out)
{
    const LZ4F_preferences_t preferences = {.compressionLevel = c->level,
                                            .frameInfo = {.contentSize = total}};
    LZ4F_cctx *context = c->state;

    if (!ilf__text_reserve(out, LZ4F_HEADER_SIZE_MAX) ||
        !lz4_step(out, LZ4F_compressBegin(context, out->ptr + out->len, out->cap - out->len,
                                          &preferences)))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!ilf__text_reserve(out, LZ4F_compressBound(pieces[i].len, &preferences)) ||
            !lz4_step(out, LZ4F_compressUpdate(context, out->ptr + out->len, out->cap - out->len,
                                               pieces[i].ptr, pieces[i].len, NULL)))
            return false;
    return ilf__text_reserve(out, LZ4F_compressBound(0, &preferences)) &&
           lz4_step(out, LZ4F_compressEnd(context, out->ptr + out->len, out->cap - out->len, NULL));
}

/* --- snappy ---------------------------------------------------------------------------------- */

static bool snappy_all(struct ilf__compressor *c, const ilf_str *pieces, size_t n, size_t total,
                       struct ilf__text *out)
{
    ilf_str whole = n == 1 ? pieces[0] : (ilf_str){"", 0};
    size_t room = snappy_max_compressed_length(total);

    if (n > 1) {
        c->gathered.len = 0;
        for (size_t i = 0; i < n; i++)
            ilf__text_put_str(&c->gathered, pieces[i]);
        if (c->gathered.failed) {
            ilf__text_dispose(&c->gathered);
            return false;
        }
        whole = (ilf_str){c->gathered.ptr, c->gathered.len};
    }
    if (!ilf__text_reserve(out, room) ||
        snappy_compress(whole.ptr, whole.len, out->ptr + out->len, &room) != SNAPPY_OK)
        return false;
    out->len += room;
    return true;
}

/* --------------------------------------------------------------------------------------------- */

ilf_status ilf__compressor_init(struct ilf__compressor *c, enum ilf__compression kind, int level,
                                ilf_error *err)
{
    *c = (struct ilf__compressor){.kind = kind, .level = level};
    switch (kind) {
    case ILF__COMPRESS_GZIP:
    case ILF__COMPRESS_ZLIB:
        return deflate_init(c, err);
    case ILF__COMPRESS_ZSTD:
        return zstd_init(c, err);
    case ILF__COMPRESS_LZ4:
        return lz4_init(c, err);
    case ILF__COMPRESS_NONE:
    case ILF__COMPRESS_SNAPPY:
        break;
    }
    return level == 0 ? ILF_OK
                      : ilf_fail(err, ILF_ERR_CONFIG, "CompressionLevel: %s has none: leave it out",
                                 ilf__compression_names[kind]);
}

ilf_status ilf__compress(struct ilf__compressor *c, const ilf_str *pieces, size_t n,
                         struct ilf__text *out, ilf_error *err)
{
    size_t total = 0, before = out->len;
    bool done = true;

    for (size_t i = 0; i < n; i++)
        total += pieces[i].len;
    if (c->kind == ILF__COMPRESS_SNAPPY && total > UINT32_MAX)
        return ilf_fail(err, ILF_ERR_DROP, "compress: %zu bytes are more than snappy can hold",
                        total);
    switch (c->kind) {
    case ILF__COMPRESS_NONE:
        for (size_t i = 0; i < n; i++)
            ilf__text_put_str(out, pieces[i]);
        done = !out->failed;
        break;
    case ILF__COMPRESS_GZIP:
    case ILF__COMPRESS_ZLIB:
        done = deflate_all(c, pieces, n, out);
        break;
    case ILF__COMPRESS_ZSTD:
        done = zstd_all(c, pieces, n, total, out);
        break;
    case ILF__COMPRESS_LZ4:
        done = lz4_all(c, pieces, n, total, out);
        break;
    case ILF__COMPRESS_SNAPPY:
        done = snappy_all(c, pieces, n, total, out);
        break;
    }
    if (done)
        return ILF_OK;
    out->len = before;
    return out_of_memory(err);
}

void ilf__compressor_dispose(struct ilf__compressor *c)
{
    switch (c->kind) {
    case ILF__COMPRESS_GZIP:
    case ILF__COMPRESS_ZLIB:
        if (c->state)
            (void)deflateEnd(c->state);
        free(c->state);
        break;
    case ILF__COMPRESS_ZSTD:
        ZSTD_freeCCtx(c->state);
        break;
    case ILF__COMPRESS_LZ4:
        LZ4F_freeCompressionContext(c->state);
        break;
    case ILF__COMPRESS_NONE:
    case ILF__COMPRESS_SNAPPY:
        break;
    }
    ilf__text_dispose(&c->gathered);
    *c = (struct ilf__compressor){0};
}
