/* JSON strings, in the spellings that native flushers use. */
#include "json.h"

#include "escape.h"
#include "printable.h"

void ilf__json_put_string(struct ilf__text *text, ilf_str str)
{
    ilf__text_put_char(text, '"');
    while (str.len > 0) {
        size_t n = str.len < ILF__PIECE ? str.len : ILF__PIECE;

        if (!ilf__text_reserve(text, n * ILF__ESCAPED + 16))
            return;
        text->len =
            (size_t)(ilf__escape(text->ptr + text->len, str.ptr, n, ILF__SPELL_BYTES) - text->ptr);
        str.ptr += n;
        str.len -= n;
    }
    ilf__text_put_char(text, '"');
}

/* In pieces that end between characters. */
ILF__ALWAYS_INLINE void put_characters(struct ilf__text *text, ilf_str str, enum ilf__spelling how)
{
    ilf__text_put_char(text, '"');
    while (str.len > 0) {
        size_t n = ilf__escape_piece(str.ptr, str.len);

        if (!ilf__text_reserve(text, n * ILF__ESCAPED + 16))
            return;
        text->len = (size_t)(ilf__escape(text->ptr + text->len, str.ptr, n, how) - text->ptr);
        str.ptr += n;
        str.len -= n;
    }
    ilf__text_put_char(text, '"');
}

void ilf__json_put_utf8(struct ilf__text *text, ilf_str str)
{
    put_characters(text, str, ILF__SPELL_UTF8);
}

void ilf__json_put_go_value(struct ilf__text *text, ilf_str str)
{
    put_characters(text, str, ILF__SPELL_GO);
}

static void put_member(struct ilf__text *text, const ilf_kv *kv)
{
    ilf__json_put_string(text, kv->key);
    ilf__text_put_char(text, ':');
    ilf__json_put_string(text, kv->value);
    ilf__text_put_char(text, ',');
}

static bool same(ilf_str a, ilf_str b)
{
    return a.ptr && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* Keep the spelling of @key, if it fits. */
static void keep_key(struct ilf__json_key *kept, ilf_str key)
{
    char text[sizeof(kept->text) * ILF__ESCAPED + 16];
    char *out = text;

    kept->key = (ilf_str){NULL, 0};
    if (key.len == 0 || key.len > sizeof(kept->text) - 4)
        return;
    *out++ = '"';
    out = ilf__escape(out, key.ptr, key.len, ILF__SPELL_BYTES);
    memcpy(out, "\":\"", 3);
    out += 3;
    if (out > text + sizeof(kept->text))
        return;
    kept->key = key;
    kept->len = (size_t)(out - text);
    memcpy(kept->text, text, sizeof(kept->text));
}

void ilf__json_put_members(struct ilf__text *text, const ilf_kv *kv, size_t n,
                           struct ilf__json_keys *keys)
{
    for (size_t i = 0; i < n; i++, kv++) {
        struct ilf__json_key *kept = &keys->keys[i % ILF__JSON_KEYS];
        char *out;

        if (kept->key.len != kv->key.len ||
            (kept->key.ptr != kv->key.ptr && !same(kept->key, kv->key)))
            keep_key(kept, kv->key);
        if (!kept->key.ptr || kv->value.len > ILF__PIECE ||
            !ilf__text_reserve(text, kv->value.len * ILF__ESCAPED + 64)) {
            put_member(text, kv);
            continue;
        }
        out = text->ptr + text->len;
        memcpy(out, kept->text, sizeof(kept->text));
        out = ilf__escape(out + kept->len, kv->value.ptr, kv->value.len, ILF__SPELL_BYTES);
        memcpy(out, "\",", 2);
        text->len = (size_t)(out + 2 - text->ptr);
    }
}

/* --- The spellings of Go, which care for characters rather than bytes --------------------------
 */

static void put_u(struct ilf__text *text, uint32_t rune)
{
    static const char hex[] = "0123456789abcdef";
    const char escape[6] = {
        '\\', 'u', hex[rune >> 12 & 15], hex[rune >> 8 & 15], hex[rune >> 4 & 15], hex[rune & 15]};

    ilf__text_put(text, escape, sizeof(escape));
}

/* \b and \f are the two that the spellings of Go have beside those of put_escape. */
static void put_go_escape(struct ilf__text *text, unsigned char c)
{
    char escape[ILF__ESCAPED];

    if (c == '\b')
        ILF__TEXT_PUT_LITERAL(text, "\\b");
    else if (c == '\f')
        ILF__TEXT_PUT_LITERAL(text, "\\f");
    else
        ilf__text_put(text, escape, (size_t)(put_escape(escape, c) - escape));
}

void ilf__json_put_go_string(struct ilf__text *text, ilf_str str)
{
    const unsigned char *p = (const unsigned char *)str.ptr, *end = p + str.len;

    ilf__text_put_char(text, '"');
    while (p < end) {
        uint32_t rune = 0;
        size_t n = ilf__utf8_read(p, (size_t)(end - p), &rune);

        if (n == 0)
            ILF__TEXT_PUT_LITERAL(text, "\\ufffd");
        else if (n == 1 && is_special(*p, ILF__SPELL_BYTES))
            put_go_escape(text, *p);
        else if (rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 || rune == 0x2029)
            put_u(text, rune);
        else
            ilf__text_put(text, (const char *)p, n);
        p += n > 0 ? n : 1;
    }
    ilf__text_put_char(text, '"');
}

void ilf__json_put_quoted(struct ilf__text *text, ilf_str str)
{
    const unsigned char *p = (const unsigned char *)str.ptr, *end = p + str.len;

    ilf__text_put_char(text, '"');
    while (p < end) {
        uint32_t rune = 0;
        size_t n = ilf__utf8_read(p, (size_t)(end - p), &rune);

        if (n == 1 && is_special(*p, ILF__SPELL_BYTES))
            put_go_escape(text, *p);
        else if (n > 0 && rune < 0x10000 && !ilf__is_printable(rune))
            put_u(text, rune);
        else
            ilf__text_put(text, (const char *)p, n > 0 ? n : 1);
        p += n > 0 ? n : 1;
    }
    ilf__text_put_char(text, '"');
}
