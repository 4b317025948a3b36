/* Tests of flushers/common/json.c, against implementations that are slow and plain. */
#include <ilf_test.h>

#include <sys/mman.h>

#include "../../../flushers/common/json.h"
#include "../../../flushers/common/printable.h"
#include "../../../flushers/common/utf8.h"

static struct ilf__text text;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&text);
    return 0;
}

typedef void put_function(struct ilf__text *, ilf_str);

static void assert_text(ilf_str in, ilf_str want)
{
    size_t len = text.len;

    text.len = 0;
    assert_false(text.failed);
    if (len != want.len || memcmp(text.ptr, want.ptr, len) != 0) {
        for (size_t i = 0; i < in.len && i < 200; i++)
            print_message("%02x ", (unsigned char)in.ptr[i]);
        fail_msg("\nbecame %.*s\nwant   %.*s", (int)(len < 1000 ? len : 1000), text.ptr,
                 (int)(want.len < 1000 ? want.len : 1000), want.ptr);
    }
}

static void check(put_function *put, ilf_str in, ilf_str want)
{
    put(&text, in);
    assert_text(in, want);
}

/* --- The plain implementations -------------------------------------------------------------------
 */

/* Room for what @len bytes become at most. */
#define ROOM(len) (6 * (len) + 3)

static size_t plain_escape(char *out, unsigned char c)
{
    switch (c) {
    case '"':
        return (size_t)sprintf(out, "\\\"");
    case '\\':
        return (size_t)sprintf(out, "\\\\");
    case '\n':
        return (size_t)sprintf(out, "\\n");
    case '\r':
        return (size_t)sprintf(out, "\\r");
    case '\t':
        return (size_t)sprintf(out, "\\t");
    default:
        if (c < 0x20)
            return (size_t)sprintf(out, "\\u%04x", c);
        *out = (char)c;
        return 1;
    }
}

static size_t plain_string(char *out, ilf_str in)
{
    size_t n = 0;

    out[n++] = '"';
    for (size_t i = 0; i < in.len; i++)
        n += plain_escape(out + n, (unsigned char)in.ptr[i]);
    out[n++] = '"';
    return n;
}

static size_t plain_go(char *out, ilf_str in, bool html)
{
    size_t n = 0;

    out[n++] = '"';
    for (size_t i = 0; i < in.len;) {
        const unsigned char *p = (const unsigned char *)in.ptr + i;
        uint32_t rune = 0;
        size_t len = ilf__utf8_read(p, in.len - i, &rune);

        if (len == 0)
            n += (size_t)sprintf(out + n, "\\ufffd");
        else if (*p == '\b' || *p == '\f')
            n += (size_t)sprintf(out + n, "\\%c", *p == '\b' ? 'b' : 'f');
        else if (html && (*p == '<' || *p == '>' || *p == '&'))
            n += (size_t)sprintf(out + n, "\\u%04x", *p);
        else if (rune == 0x2028 || rune == 0x2029)
            n += (size_t)sprintf(out + n, "\\u%04x", (unsigned)rune);
        else if (len == 1)
            n += plain_escape(out + n, *p);
        else
            n += (size_t)sprintf(out + n, "%.*s", (int)len, p);
        i += len > 0 ? len : 1;
    }
    out[n++] = '"';
    return n;
}

static size_t plain_go_string(char *out, ilf_str in)
{
    return plain_go(out, in, true);
}

static size_t plain_go_value(char *out, ilf_str in)
{
    return plain_go(out, in, false);
}

static size_t plain_quoted(char *out, ilf_str in)
{
    size_t n = 0;

    out[n++] = '"';
    for (size_t i = 0; i < in.len;) {
        const unsigned char *p = (const unsigned char *)in.ptr + i;
        uint32_t rune = 0;
        size_t len = ilf__utf8_read(p, in.len - i, &rune);

        if (*p == '\b' || *p == '\f')
            n += (size_t)sprintf(out + n, "\\%c", *p == '\b' ? 'b' : 'f');
        else if (*p < 0x20 || *p == '"' || *p == '\\')
            n += plain_escape(out + n, *p);
        else if (len > 0 && rune < 0x10000 && !ilf__is_printable(rune))
            n += (size_t)sprintf(out + n, "\\u%04x", (unsigned)rune);
        else
            for (size_t byte = 0; byte == 0 || byte < len; byte++)
                out[n++] = (char)p[byte];
        i += len > 0 ? len : 1;
    }
    out[n++] = '"';
    return n;
}

static size_t plain_utf8(char *out, ilf_str in)
{
    size_t n = 0;

    out[n++] = '"';
    for (size_t i = 0; i < in.len;) {
        const unsigned char *p = (const unsigned char *)in.ptr + i;
        uint32_t rune = 0;
        size_t len = ilf__utf8_read(p, in.len - i, &rune);

        if (len == 0)
            n += (size_t)sprintf(out + n, "\\ufffd");
        else if (len == 1)
            n += plain_escape(out + n, *p);
        else
            n += (size_t)sprintf(out + n, "%.*s", (int)len, p);
        i += len > 0 ? len : 1;
    }
    out[n++] = '"';
    return n;
}

static const struct spelling {
    put_function *put;
    size_t (*plain)(char *out, ilf_str in);
} spellings[] = {
    {ilf__json_put_string, plain_string},       {ilf__json_put_utf8, plain_utf8},
    {ilf__json_put_go_string, plain_go_string}, {ilf__json_put_go_value, plain_go_value},
    {ilf__json_put_quoted, plain_quoted},
};
enum { N_SPELLINGS = sizeof(spellings) / sizeof(spellings[0]) };

static void compare(const struct spelling *spelling, ilf_str in)
{
    char want[ROOM(4096)];

    assert_true(in.len <= 4096);
    check(spelling->put, in, (ilf_str){want, spelling->plain(want, in)});
}

/* --- Known texts ---------------------------------------------------------------------------------
 */

static void spells_strings_with_the_fewest_escapes(void **state)
{
    (void)state;
    check(ilf__json_put_string, S(""), S("\"\""));
    check(ilf__json_put_string, (ilf_str){NULL, 0}, S("\"\""));
    check(ilf__json_put_string, S("plain"), S("\"plain\""));
    check(ilf__json_put_string, S("\"\\\n\r\t\b\f\0\x1f/"),
          S("\"\\\"\\\\\\n\\r\\t\\u0008\\u000c\\u0000\\u001f/\""));
    check(ilf__json_put_string, S("<>&\x7f\xe2\x80\xa8\xc3\xff\x80"),
          S("\"<>&\x7f\xe2\x80\xa8\xc3\xff\x80\""));
}

static void spells_strings_as_encoding_json_does(void **state)
{
    (void)state;
    check(ilf__json_put_go_string, (ilf_str){NULL, 0}, S("\"\""));
    check(ilf__json_put_go_string, S("\"\\\n\r\t\b\f\0\x1f/"),
          S("\"\\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f/\""));
    check(ilf__json_put_go_string, S("<>&\x7f\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"),
          S("\"\\u003c\\u003e\\u0026\x7f\\u2028\\u2029\xe2\x80\xaa\""));
    check(ilf__json_put_go_string, S("\xff\xc3\xe4\xb8\xf0\x9f\x98\x80"),
          S("\"\\ufffd\\ufffd\\ufffd\\ufffd\xf0\x9f\x98\x80\""));
}

static void spells_strings_as_strconv_quote_does_where_that_is_json(void **state)
{
    (void)state;
    check(ilf__json_put_quoted, (ilf_str){NULL, 0}, S("\"\""));
    check(ilf__json_put_quoted, S("\"\\\n\r\t\b\f"), S("\"\\\"\\\\\\n\\r\\t\\b\\f\""));
    check(ilf__json_put_quoted, S("\0\a\v\x1f\x7f"), S("\"\\u0000\\u0007\\u000b\\u001f\\u007f\""));
    check(ilf__json_put_quoted, S("<>&'\xe4\xb8\xad"), S("\"<>&'\xe4\xb8\xad\""));
    check(ilf__json_put_quoted, S("\xc2\xa0\xc2\xad\xe2\x80\xa8\xef\xbb\xbf\xee\x80\x80"),
          S("\"\\u00a0\\u00ad\\u2028\\ufeff\\ue000\""));
    check(ilf__json_put_quoted, S("\xff\xc3 \xf0\x9f\x98\x80\xf3\xa0\x80\x81"),
          S("\"\xff\xc3 \xf0\x9f\x98\x80\xf3\xa0\x80\x81\""));
}

/* --- Every byte everywhere -----------------------------------------------------------------------
 */

static void spells_every_byte_at_every_place(void **state)
{
    char in[40];

    (void)state;
    for (size_t s = 0; s < N_SPELLINGS; s++) {
        for (size_t len = 0; len <= sizeof(in); len++) {
            for (size_t at = 0; at < len; at++) {
                memset(in, 'a', sizeof(in));
                for (int byte = 0; byte < 256; byte++) {
                    in[at] = (char)byte;
                    compare(&spellings[s], (ilf_str){in, len});
                }
            }
        }
    }
}

/* In a run of them, where they are looked at together. */
static void spells_characters_of_three_bytes(void **state)
{
    static const unsigned char thirds[] = {0x7f, 0x80, 0xa8, 0xa9, 0xbf, 0xc0};

    (void)state;
    for (int first = 0xdf; first <= 0xf0; first++) {
        for (int second = 0; second < 256; second++) {
            for (size_t third = 0; third < sizeof(thirds); third++) {
                char in[] = "sixteen bytes...\xe4\xb8\xad???and sixteen more";

                in[19] = (char)first;
                in[20] = (char)second;
                in[21] = (char)thirds[third];
                for (size_t s = 0; s < N_SPELLINGS; s++)
                    compare(&spellings[s], (ilf_str){in, sizeof(in) - 1});
            }
        }
    }
}

static void spells_any_mixture(void **state)
{
    static const char *const parts[] = {
        "\"",       "\\",           "\n",   "a",
        "0123456",  "\xe4\xb8\xad", "\xff", "\xf0\x9f\x98\x80",
        "<",        "\x7f",         "",     "a string of 28 plain bytes..",
        "\xe2\x80", "\xe2\x80\xa8", "\b",   " "};
    uint64_t random = 99;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        char in[600];
        size_t len = 0;

        for (size_t n = test_random(&random) % 20; n > 0; n--) {
            const char *part = parts[test_random(&random) % 16];

            memcpy(in + len, part, strlen(part));
            len += strlen(part);
        }
        if (len < 500 && i % 16 == 0)
            in[len++] = '\0';
        for (size_t s = 0; s < N_SPELLINGS; s++)
            compare(&spellings[s], (ilf_str){in, len});
    }
}

/* Strings of all that a piece of the writer can be, with an escape around each end. */
static void spells_strings_around_the_size_of_a_piece(void **state)
{
    static char in[20000], want[ROOM(sizeof(in))];

    (void)state;
    for (size_t len = 4080; len < 4112; len++) {
        for (size_t n = 1; n < 5; n++) {
            memset(in, 'x', sizeof(in));
            for (size_t at = len - 20; at < len + 20 && at < n * len; at += 3)
                in[at] = '\n';
            in[n * len - 1] = '"';
            check(ilf__json_put_string, (ilf_str){in, n * len},
                  (ilf_str){want, plain_string(want, (ilf_str){in, n * len})});
        }
    }
}

/* A piece of it must not end inside of a character, be it whole or not. */
static void spells_characters_around_the_size_of_a_piece(void **state)
{
    static const char *const parts[] = {"\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\x80", "\xf0\x9f\x98"};
    static char in[9000], want[ROOM(sizeof(in))];

    (void)state;
    for (size_t part = 0; part < 4; part++) {
        for (size_t shift = 0; shift < 8; shift++) {
            size_t len = shift, n = strlen(parts[part]);

            memset(in, 'x', sizeof(in));
            for (; len + n <= sizeof(in); len += n)
                memcpy(in + len, parts[part], n);
            check(ilf__json_put_go_value, (ilf_str){in, len},
                  (ilf_str){want, plain_go_value(want, (ilf_str){in, len})});
        }
    }
}

static void spells_a_mebibyte(void **state)
{
    enum { SIZE = 1 << 20 };
    char *in = malloc(SIZE), *want = malloc(ROOM(SIZE));

    (void)state;
    assert_non_null(in);
    assert_non_null(want);
    for (size_t s = 0; s < N_SPELLINGS; s++) {
        memset(in, '\1', SIZE); /* which takes the most room */
        check(spellings[s].put, (ilf_str){in, SIZE},
              (ilf_str){want, spellings[s].plain(want, (ilf_str){in, SIZE})});
        memset(in, 'a', SIZE);
        in[SIZE / 2] = '"';
        check(spellings[s].put, (ilf_str){in, SIZE},
              (ilf_str){want, spellings[s].plain(want, (ilf_str){in, SIZE})});
    }
    free(in);
    free(want);
}

/* --- The ends of memory --------------------------------------------------------------------------
 */

/* A page that may be read and, behind and before it, pages that may not. */
static char *guarded_page(size_t *size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(pages != MAP_FAILED);
    assert_int_equal(0, mprotect(pages, page, PROT_NONE));
    assert_int_equal(0, mprotect(pages + 2 * page, page, PROT_NONE));
    *size = page;
    return pages + page;
}

static void free_page(char *page, size_t size)
{
    munmap(page - size, 3 * size);
}

static void reads_no_byte_beyond_a_string(void **state)
{
    size_t size;
    char *page = guarded_page(&size);

    (void)state;
    memset(page, 'p', size);
    for (size_t s = 0; s < N_SPELLINGS; s++) {
        for (size_t len = 0; len <= 100; len++) {
            for (size_t at = 0; at <= len; at++) {
                char *last = page + size - len, *first = page;

                if (at < len)
                    last[at] = first[at] = at % 2 ? '\n' : '\xe4';
                compare(&spellings[s], (ilf_str){last, len});
                compare(&spellings[s], (ilf_str){first, len});
                if (at < len)
                    last[at] = first[at] = 'p';
            }
        }
        compare(&spellings[s], (ilf_str){page + size, 0});
    }
    free_page(page, size);
}

static void reads_no_byte_beyond_a_key_or_a_value(void **state)
{
    size_t size;
    char *page = guarded_page(&size);

    (void)state;
    memset(page, 'p', size);
    for (size_t len = 0; len <= 64; len++) {
        const ilf_str last = {page + size - len, len};
        const ilf_kv kv[] = {{last, S("v")}, {S("k"), last}, {last, last}, {S("k"), last}};
        struct ilf__json_keys keys = {0};
        char want[2 * 4 * 80];
        int n = 0;

        for (int i = 0; i < 4; i++)
            n += sprintf(want + n, "\"%.*s\":\"%.*s\",", (int)kv[i].key.len, kv[i].key.ptr,
                         (int)kv[i].value.len, kv[i].value.ptr);
        for (int round = 0; round < 2; round++) {
            ilf__json_put_members(&text, kv, 4, &keys);
            assert_text(last, (ilf_str){want, (size_t)n});
        }
    }
    free_page(page, size);
}

/* The text ends where its memory does; nothing may be written behind it (which ASan sees). */
static void writes_no_byte_beyond_the_text(void **state)
{
    char in[64];

    (void)state;
    memset(in, '\1', sizeof(in));
    for (size_t len = 0; len <= sizeof(in); len++) {
        for (size_t used = 3600; used <= 4096; used += used < 3900 ? 5 : 1) {
            ilf__text_dispose(&text);
            assert_true(ilf__text_reserve(&text, 4096));
            text.len = used;
            ilf__json_put_string(&text, (ilf_str){in, len});
            assert_false(text.failed);
            assert_int_equal(used + 6 * len + 2, text.len);
            assert_true(text.len <= text.cap);
        }
    }
}

/* --- Members -------------------------------------------------------------------------------------
 */

static size_t plain_members(char *out, const ilf_kv *kv, size_t n)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        len += plain_string(out + len, kv[i].key);
        out[len++] = ':';
        len += plain_string(out + len, kv[i].value);
        out[len++] = ',';
    }
    return len;
}

static void compare_members(const ilf_kv *kv, size_t n, struct ilf__json_keys *keys)
{
    static char want[1 << 17];

    ilf__json_put_members(&text, kv, n, keys);
    assert_text(n > 0 ? kv[0].key : S(""), (ilf_str){want, plain_members(want, kv, n)});
}

static void puts_members(void **state)
{
    const ilf_kv kv[] = {{S("a"), S("1")}, {S("\""), S("\n")}, {{NULL, 0}, {NULL, 0}}};
    struct ilf__json_keys keys = {0};

    (void)state;
    ilf__json_put_members(&text, kv, 3, &keys);
    assert_text(kv[0].key, S("\"a\":\"1\",\"\\\"\":\"\\n\",\"\":\"\","));
    ilf__json_put_members(&text, kv, 0, &keys);
    assert_text(kv[0].key, S(""));
}

static void puts_members_with_every_byte_at_every_place(void **state)
{
    char in[40];

    (void)state;
    for (size_t len = 0; len <= sizeof(in); len++) {
        for (size_t at = 0; at < len; at++) {
            memset(in, 'a', sizeof(in));
            for (int byte = 0; byte < 256; byte++) {
                struct ilf__json_keys keys = {0};
                const ilf_kv kv = {{in, len}, {in, len}};

                in[at] = (char)byte;
                compare_members(&kv, 1, &keys); /* spelled... */
                compare_members(&kv, 1, &keys); /* ...and kept */
            }
        }
    }
}

static void never_takes_one_key_for_another(void **state)
{
    static char pool[64][48];
    struct ilf__json_keys keys = {0};
    uint64_t random = 5;

    (void)state;
    for (size_t i = 0; i < 64; i++) { /* many that differ in little: in a byte, in the length */
        memset(pool[i], 'k', sizeof(pool[i]));
        pool[i][i % 5] = (char)('0' + i / 5);
        pool[i][10 + i % 3] = i % 4 ? 'q' : '"';
    }
    for (int round = 0; round < 3000; round++) {
        ilf_kv kv[40];
        size_t n = test_random(&random) % 40;

        for (size_t i = 0; i < n; i++) {
            size_t which = test_random(&random) % 4 ? i % 64 : test_random(&random) % 64;
            size_t len = test_random(&random) % 8 ? 8 + i : test_random(&random) % 48;

            kv[i] = (ilf_kv){{pool[which], len}, {pool[which], test_random(&random) % 48}};
        }
        compare_members(kv, n, &keys);
    }
}

static void puts_values_of_any_size_behind_a_kept_key(void **state)
{
    enum { SIZE = 10000 };
    char *value = malloc(SIZE);
    struct ilf__json_keys keys = {0};

    (void)state;
    assert_non_null(value);
    memset(value, '\1', SIZE);
    for (size_t len = 0; len <= SIZE; len += len < 4090 || len > 4100 ? 97 : 1) {
        const ilf_kv kv[] = {{S("key"), {value, len}}, {S("other"), {value, len}}};

        ilf__text_dispose(&text); /* so that there is room for nothing */
        compare_members(kv, 2, &keys);
    }
    free(value);
}

static void drops_the_rest_when_memory_is_short(void **state)
{
    const ilf_kv kv = {S("key"), S("value")};
    struct ilf__json_keys keys = {0};

    (void)state;
    text.failed = true;
    ilf__json_put_string(&text, S("a"));
    ilf__json_put_members(&text, &kv, 1, &keys);
    ilf__json_put_go_string(&text, S("a"));
    ilf__json_put_go_value(&text, S("a"));
    ilf__json_put_quoted(&text, S("a"));
    assert_true(text.failed);
    assert_int_equal(0, text.len);
    assert_null(text.ptr);
}

#define test(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(spells_strings_with_the_fewest_escapes),
        test(spells_strings_as_encoding_json_does),
        test(spells_strings_as_strconv_quote_does_where_that_is_json),
        test(spells_every_byte_at_every_place),
        test(spells_characters_of_three_bytes),
        test(spells_any_mixture),
        test(spells_strings_around_the_size_of_a_piece),
        test(spells_characters_around_the_size_of_a_piece),
        test(spells_a_mebibyte),
        test(reads_no_byte_beyond_a_string),
        test(reads_no_byte_beyond_a_key_or_a_value),
        test(writes_no_byte_beyond_the_text),
        test(puts_members),
        test(puts_members_with_every_byte_at_every_place),
        test(never_takes_one_key_for_another),
        test(puts_values_of_any_size_behind_a_kept_key),
        test(drops_the_rest_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
