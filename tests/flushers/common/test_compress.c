/* Tests of flushers/common/compress.c: what it makes, the libraries' own decoders read. */
#include "../../../flushers/common/compress.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include "ilf_test.h"

enum { LARGE = 3 << 20 };

static size_t inflate_all(ilf_str in, char *out, size_t room, int window)
{
    z_stream z = {.next_in = (Bytef *)in.ptr,
                  .avail_in = (uInt)in.len,
                  .next_out = (Bytef *)out,
                  .avail_out = (uInt)room};
    size_t n;

    assert_int_equal(Z_OK, inflateInit2(&z, window));
    assert_int_equal(Z_STREAM_END, inflate(&z, Z_FINISH));
    assert_int_equal(0, z.avail_in);
    n = z.total_out;
    inflateEnd(&z);
    return n;
}

static size_t unlz4(ilf_str in, char *out, size_t room)
{
    size_t n = room, taken = in.len;
    LZ4F_dctx *context;

    LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
    assert_int_equal(0, LZ4F_decompress(context, out, &n, in.ptr, &taken, NULL));
    assert_int_equal(in.len, taken);
    LZ4F_freeDecompressionContext(context);
    return n;
}

static size_t decompress(enum ilf__compression kind, ilf_str in, char *out, size_t room)
{
    size_t n = room;

    switch (kind) {
    case ILF__COMPRESS_GZIP:
        return inflate_all(in, out, room, 15 + 16);
    case ILF__COMPRESS_ZLIB:
        return inflate_all(in, out, room, 15);
    case ILF__COMPRESS_ZSTD:
        n = ZSTD_decompress(out, room, in.ptr, in.len);
        assert_false(ZSTD_isError(n));
        return n;
    case ILF__COMPRESS_SNAPPY:
        assert_int_equal(SNAPPY_OK, snappy_uncompress(in.ptr, in.len, out, &n));
        return n;
    case ILF__COMPRESS_LZ4:
        return unlz4(in, out, room);
    default:
        memcpy(out, in.ptr, in.len);
        return in.len;
    }
}

/* Compress @pieces twice with one compressor, and hold what comes back against them. */
static void round_trip(enum ilf__compression kind, const ilf_str *pieces, size_t n)
{
    struct ilf__compressor c;
    struct ilf__text out = {0};
    size_t total = 0;
    ilf_error err;
    char *back = malloc(LARGE * 2);

    assert_non_null(back);
    assert_int_equal(ILF_OK, ilf__compressor_init(&c, kind, 0, &err));
    for (int round = 0; round < 2; round++) {
        size_t before = out.len, len, at = 0;

        ilf__text_put_char(&out, '>');
        before++;
        assert_int_equal(ILF_OK, ilf__compress(&c, pieces, n, &out, &err));
        len = decompress(kind, (ilf_str){out.ptr + before, out.len - before}, back, LARGE * 2);
        total = 0;
        for (size_t i = 0; i < n; i++) {
            assert_true(at + pieces[i].len <= len);
            assert_memory_equal(pieces[i].ptr, back + at, pieces[i].len);
            at += pieces[i].len;
            total += pieces[i].len;
        }
        assert_int_equal(total, len);
    }
    ilf__compressor_dispose(&c);
    ilf__text_dispose(&out);
    free(back);
}

static void what_it_makes_reads_back(void **state)
{
    char *noise = malloc(LARGE), *same = malloc(LARGE);
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < LARGE; i++) {
        x = x * 1664525 + 1013904223;
        noise[i] = (char)(x >> 24);
        same[i] = "abcdefgh"[i % 8];
    }
    for (int kind = ILF__COMPRESS_NONE; kind <= ILF__COMPRESS_LZ4; kind++) {
        const ilf_str pieces[] = {{"[", 1}, {noise, LARGE}, {"", 0}, {same, LARGE - 2}, {"]", 1}};

        round_trip(kind, pieces, 5);
        round_trip(kind, pieces + 1, 1);
        round_trip(kind, pieces + 3, 1);
        round_trip(kind, pieces + 2, 1);
        round_trip(kind, NULL, 0);
    }
    free(noise);
    free(same);
}

static void compresses_at_all(void **state)
{
    char *same = calloc(1, 100000);
    const ilf_str piece = {same, 100000};

    (void)state;
    for (int kind = ILF__COMPRESS_GZIP; kind <= ILF__COMPRESS_LZ4; kind++) {
        struct ilf__compressor c;
        struct ilf__text out = {0};

        assert_int_equal(ILF_OK, ilf__compressor_init(&c, kind, 0, NULL));
        assert_int_equal(ILF_OK, ilf__compress(&c, &piece, 1, &out, NULL));
        assert_in_range(out.len, 1, 6000);
        ilf__compressor_dispose(&c);
        ilf__text_dispose(&out);
    }
    free(same);
}

static void refuses_levels_that_an_algorithm_does_not_have(void **state)
{
    static const struct {
        int kind, level;
        const char *why;
    } cases[] = {
        {ILF__COMPRESS_GZIP, 10,
         "gzip has no compression level 10: use 1 to 9, or 0 for its default"},
        {ILF__COMPRESS_ZLIB, -1,
         "zlib has no compression level -1: use 1 to 9, or 0 for its default"},
        {ILF__COMPRESS_ZSTD, 99,
         "zstd has no compression level 99: use 1 to 22, or 0 for its default"},
        {ILF__COMPRESS_SNAPPY, 1, "CompressionLevel: snappy has none: leave it out"},
        {ILF__COMPRESS_LZ4, 13,
         "lz4 has no compression level 13: use 1 to 12, or 0 for its default"},
    };
    struct ilf__compressor c;
    ilf_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(ILF_ERR_CONFIG,
                         ilf__compressor_init(&c, cases[i].kind, cases[i].level, &err));
        assert_string_equal(cases[i].why, err.text);
        ilf__compressor_dispose(&c);
    }
}

static void names_the_codings_of_http(void **state)
{
    (void)state;
    assert_null(ilf__content_coding(ILF__COMPRESS_NONE));
    assert_string_equal("gzip", ilf__content_coding(ILF__COMPRESS_GZIP));
    assert_string_equal("deflate", ilf__content_coding(ILF__COMPRESS_ZLIB));
    assert_string_equal("zstd", ilf__content_coding(ILF__COMPRESS_ZSTD));
    assert_string_equal("snappy", ilf__content_coding(ILF__COMPRESS_SNAPPY));
    assert_string_equal("lz4", ilf__content_coding(ILF__COMPRESS_LZ4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_makes_reads_back),
        cmocka_unit_test(compresses_at_all),
        cmocka_unit_test(refuses_levels_that_an_algorithm_does_not_have),
        cmocka_unit_test(names_the_codings_of_http),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
