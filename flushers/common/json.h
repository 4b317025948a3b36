/* JSON strings (RFC 8259, section 7), in the spellings that native flushers use. */
#ifndef ILF_COMMON_JSON_H
#define ILF_COMMON_JSON_H

#include "text.h"

/* @str in quotes: \" \\ \n \r \t, other control characters as \u00xx, all else as it is, including
 * bytes that are no UTF-8. The fast one. */
void ilf__json_put_string(struct ilf__text *text, ilf_str str);

/* Members of flat objects, `"key":"value",` each, the both of them spelled as above. The logs of a
 * batch mostly have the same keys in the same places, and a host that knows so passes one copy of
 * each (as our shim does): the spelling of such a key is kept from one object to the next. */
enum { ILF__JSON_KEYS = 16 };

struct ilf__json_keys {
    struct ilf__json_key {
        ilf_str key; /* by address: the bytes at it stay the same for a batch */
        size_t len;
        char text[32]; /* "key":" */
    } keys[ILF__JSON_KEYS];
};

/* Put the @n members at @kv. @keys is zeroed at the start of a batch. */
void ilf__json_put_members(struct ilf__text *text, const ilf_kv *kv, size_t n,
                           struct ilf__json_keys *keys);

/* The same, but each byte that is no UTF-8 as \ufffd, so that it is JSON whatever @str holds. */
void ilf__json_put_utf8(struct ilf__text *text, ilf_str str);

/* @str in quotes as Go's encoding/json writes it without escaping HTML: \b and \f too, U+2028/9 as
 * \uxxxx, and each byte that is no UTF-8 as \ufffd. As fast as the first. */
void ilf__json_put_go_value(struct ilf__text *text, ilf_str str);

/* @str in quotes as Go's encoding/json writes it by default: \b and \f too, <, >, & and U+2028/9 as \uxxxx,
 * and each byte that is no UTF-8 as \ufffd. */
void ilf__json_put_go_string(struct ilf__text *text, ilf_str str);

/* @str in quotes as Go's strconv.Quote writes it, where that is JSON: \b and \f too, and characters
 * that Go holds unprintable as \uxxxx. What it would write as \a, \v, \x.. or \U........ comes as
 * \u00xx if it is a control character, else as it is. */
void ilf__json_put_quoted(struct ilf__text *text, ilf_str str);

#endif
