/* Tests of flushers/common/utf8.h. */
#include <ilf_test.h>

#include "../../../flushers/common/utf8.h"

static size_t read_text(const char *text, size_t left, uint32_t *rune)
{
    return ilf__utf8_read((const unsigned char *)text, left, rune);
}

static size_t encode(uint32_t rune, unsigned char *out)
{
    if (rune < 0x80) {
        out[0] = (unsigned char)rune;
        return 1;
    }
    if (rune < 0x800) {
        out[0] = (unsigned char)(0xc0 | rune >> 6);
        out[1] = (unsigned char)(0x80 | (rune & 0x3f));
        return 2;
    }
    if (rune < 0x10000) {
        out[0] = (unsigned char)(0xe0 | rune >> 12);
        out[1] = (unsigned char)(0x80 | (rune >> 6 & 0x3f));
        out[2] = (unsigned char)(0x80 | (rune & 0x3f));
        return 3;
    }
    out[0] = (unsigned char)(0xf0 | rune >> 18);
    out[1] = (unsigned char)(0x80 | (rune >> 12 & 0x3f));
    out[2] = (unsigned char)(0x80 | (rune >> 6 & 0x3f));
    out[3] = (unsigned char)(0x80 | (rune & 0x3f));
    return 4;
}

static void reads_every_character_and_no_part_of_one(void **state)
{
    (void)state;
    for (uint32_t rune = 0; rune < 0x110000; rune++) {
        unsigned char bytes[4];
        size_t len = encode(rune, bytes);
        uint32_t got = UINT32_MAX;

        if (rune >= 0xd800 && rune < 0xe000) { /* surrogates are no characters */
            assert_int_equal(0, ilf__utf8_read(bytes, len, &got));
            continue;
        }
        if (ilf__utf8_read(bytes, 4, &got) != len || got != rune)
            fail_msg("U+%04X was read as U+%04X", (unsigned)rune, (unsigned)got);
        for (size_t left = 1; left < len; left++)
            assert_int_equal(0, ilf__utf8_read(bytes, left, &got));
    }
}

/* Of all that one, two or three bytes can be, only the right number are characters. */
static void reads_nothing_else(void **state)
{
    size_t counts[5] = {0};

    (void)state;
    for (uint32_t n = 0; n < 1 << 24; n++) {
        const unsigned char bytes[] = {n >> 16 & 0xff, n >> 8 & 0xff, n & 0xff};
        uint32_t rune;

        counts[ilf__utf8_read(bytes, 3, &rune)]++;
    }
    assert_int_equal(128 << 16, counts[1]);
    assert_int_equal((0x800 - 0x80) << 8, counts[2]);
    assert_int_equal(0x10000 - 0x800 - 0x800, counts[3]);
    assert_int_equal(0, counts[4]); /* three bytes are too few */
}

static void refuses_what_is_no_character(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* begins in the middle */
        "\xbf",             /* likewise */
        "\xc0\x80",         /* NUL, overlong */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xed\xbf\xbf",     /* likewise */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf5\x80\x80\x80", /* likewise */
        "\xfe",             /* in no character */
        "\xff\xff\xff\xff", /* likewise */
        "\xc3\x28",         /* no continuation */
        "\xe4\xb8\x28",     /* likewise */
        "\xf0\x9f\x98\x28", /* likewise */
        "\xc3\xc3",         /* another beginning */
        "\xe4\xf8\xad",     /* likewise */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint32_t rune;

        if (read_text(bad[i], strlen(bad[i]), &rune) != 0)
            fail_msg("row %zu was read as U+%04X", i, (unsigned)rune);
    }
}

static void a_text_is_utf_8_when_all_of_it_is(void **state)
{
    char line[40];

    (void)state;
    assert_true(ilf__utf8_valid((ilf_str){NULL, 0}));
    assert_true(ilf__utf8_valid(S("12345678\xe4\xb8\xad"
                                  "12345678\0\xf0\x9f\x99\x82")));
    assert_false(ilf__utf8_valid(S("\xe4\xb8")));
    assert_false(ilf__utf8_valid(S("12345678\xc0\xaf")));
    for (size_t len = 1; len <= sizeof(line); len++)
        for (size_t i = 0; i < len; i++) {
            memset(line, 'x', sizeof(line));
            assert_true(ilf__utf8_valid((ilf_str){line, len}));
            line[i] = '\xff';
            assert_false(ilf__utf8_valid((ilf_str){line, len}));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_character_and_no_part_of_one),
        cmocka_unit_test(reads_nothing_else),
        cmocka_unit_test(refuses_what_is_no_character),
        cmocka_unit_test(a_text_is_utf_8_when_all_of_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
