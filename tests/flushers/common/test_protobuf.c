/* Tests of flushers/common/protobuf.c: the bytes of messages. */
#include "format_test.h"

#include "../../../flushers/common/protobuf.h"

#define assert_bytes(...)                                                                          \
    do {                                                                                           \
        const unsigned char want[] = {__VA_ARGS__};                                                \
                                                                                                   \
        assert_false(text.failed);                                                                 \
        assert_int_equal(sizeof(want), text.len);                                                  \
        assert_memory_equal(want, text.ptr, sizeof(want));                                         \
        text.len = 0;                                                                              \
    } while (0)

static void writes_varints_of_every_length(void **state)
{
    (void)state;
    for (int bits = 0; bits <= 64; bits++) {
        uint64_t n = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1, back = 0;
        char out[ILF__PB_LONGEST];
        size_t len = (size_t)(ilf__pb_varint(out, n) - out);

        assert_int_equal(bits == 0 ? 1 : (bits + 6) / 7, len);
        assert_int_equal(len, ilf__pb_size(n));
        for (size_t i = 0; i < len; i++) {
            assert_int_equal(i + 1 < len, (unsigned char)out[i] >> 7);
            back |= (uint64_t)(out[i] & 0x7f) << (7 * i);
        }
        assert_true(back == n);
    }
}

static void writes_numbers_of_every_kind(void **state)
{
    (void)state;
    ilf__pb_put_uint(&text, 1, 300);
    assert_bytes(0x08, 0xac, 0x02);
    ilf__pb_put_uint(&text, 16, 0);
    assert_bytes(0x80, 0x01, 0x00);
    ilf__pb_put_sint(&text, 6, -3);
    assert_bytes(0x30, 0x05);
    ilf__pb_put_sint(&text, 6, INT32_MIN);
    assert_bytes(0x30, 0xff, 0xff, 0xff, 0xff, 0x0f);
    ilf__pb_put_sint(&text, 6, INT32_MAX);
    assert_bytes(0x30, 0xfe, 0xff, 0xff, 0xff, 0x0f);
    ilf__pb_put_fixed64(&text, 2, UINT64_C(0x0102030405060708));
    assert_bytes(0x11, 8, 7, 6, 5, 4, 3, 2, 1);
    ilf__pb_put_fixed32(&text, 8, 0x01020304);
    assert_bytes(0x45, 4, 3, 2, 1);
    ilf__pb_put_double(&text, 4, 1);
    assert_bytes(0x21, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
}

static void writes_texts_with_their_length(void **state)
{
    (void)state;
    ilf__pb_put_bytes(&text, 7, (ilf_str){"\xff\0", 2});
    assert_bytes(0x3a, 2, 0xff, 0);
    ilf__pb_put_bytes(&text, 7, (ilf_str){NULL, 0});
    assert_bytes(0x3a, 0);
    ilf__pb_put_string(&text, 1, (ilf_str){"a\0\xc3\xa9", 4});
    assert_bytes(0x0a, 4, 'a', 0, 0xc3, 0xa9);
}

static void writes_a_string_that_is_no_utf_8_with_replacements(void **state)
{
    char long_text[130];

    (void)state;
    ilf__pb_put_string(&text, 1, (ilf_str){"a\xff\xe4\xb8z", 5});
    assert_bytes(0x0a, 11, 'a', 0xef, 0xbf, 0xbd, 0xef, 0xbf, 0xbd, 0xef, 0xbf, 0xbd, 'z');
    memset(long_text, 0xff, sizeof(long_text)); /* whose length takes a byte more in the end */
    ilf__pb_put_string(&text, 1, (ilf_str){long_text, 100});
    assert_int_equal(3 + 300, text.len);
    assert_memory_equal("\x0a\xac\x02\xef\xbf\xbd", text.ptr, 6);
}

/* Lengths at which the varint of the length grows, with fewer and with more bytes kept free. */
static void moves_a_message_whose_length_takes_more_or_fewer_bytes(void **state)
{
    const size_t lengths[] = {0, 1, 127, 128, 16383, 16384, 2097151, 2097152};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (size_t hole = 0; hole <= 4; hole++) {
            size_t at = ilf__pb_begin(&text, 2, hole), size = ilf__pb_size(lengths[i]);
            char want[ILF__PB_LONGEST];

            for (size_t n = 0; n < lengths[i]; n++)
                ilf__text_put_char(&text, (char)('a' + n % 23));
            ilf__pb_end(&text, at, hole);
            assert_int_equal(1 + size + lengths[i], text.len);
            assert_int_equal(0x12, text.ptr[0]);
            (void)ilf__pb_varint(want, lengths[i]);
            assert_memory_equal(want, text.ptr + 1, size);
            for (size_t n = 0; n < lengths[i]; n++)
                if (text.ptr[1 + size + n] != (char)('a' + n % 23))
                    fail_msg("byte %zu of %zu", n, lengths[i]);
            text.len = 0;
        }
}

static void copies_every_length_and_finds_what_is_no_ascii_everywhere(void **state)
{
    char in[80], out[80];

    (void)state;
    for (size_t len = 0; len <= 70; len++)
        for (size_t odd = 0; odd <= len; odd++) { /* at the end: none */
            memset(in, 'x', sizeof(in));
            memset(out, 0, sizeof(out));
            in[len] = '\xff';
            if (odd < len)
                in[odd] = '\x80';
            assert_int_equal(odd == len, ilf__pb_copy(out, in, len));
            assert_memory_equal(in, out, len);
            assert_int_equal(0, out[len]);
        }
}

static void survives_a_lack_of_memory(void **state)
{
    static char large[1 << 20];
    long n = 0;

    (void)state;
    memset(large, 0xff, sizeof(large));
    do {
        size_t at;

        ilf__text_dispose(&text);
        reallocs = n++;
        at = ilf__pb_begin(&text, 1, 1);
        ilf__pb_put_uint(&text, 1, 1);
        ilf__pb_put_fixed64(&text, 1, 1);
        ilf__pb_put_fixed32(&text, 1, 1);
        ilf__pb_put_bytes(&text, 1, (ilf_str){large, sizeof(large)});
        ilf__pb_put_string(&text, 1, (ilf_str){large, sizeof(large)});
        ilf__pb_end(&text, at, 1);
        reallocs = LONG_MAX;
        assert_true(n < 100);
    } while (text.failed);
    assert_true(n > 2);
    assert_int_equal(1 + 4 + (2 + 9 + 5) + (1 + 3 + sizeof(large)) + (1 + 4 + 3 * sizeof(large)),
                     text.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_format(writes_varints_of_every_length),
        test_format(writes_numbers_of_every_kind),
        test_format(writes_texts_with_their_length),
        test_format(writes_a_string_that_is_no_utf_8_with_replacements),
        test_format(moves_a_message_whose_length_takes_more_or_fewer_bytes),
        test_format(copies_every_length_and_finds_what_is_no_ascii_everywhere),
        test_format(survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
