/* Headers that the user sets: which are allowed, and how libcurl takes them. */
#include "headers.h"

#include <stdlib.h>
#include <strings.h>

const ilf_str *headers_find(const ilf_str_map *headers, const char *name)
{
    for (size_t i = 0; i < headers->n; i++)
        if (strcasecmp(headers->items[i].key.ptr, name) == 0)
            return &headers->items[i].value;
    return NULL;
}

bool headers_fits(ilf_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f)
            return false;
    return true;
}

bool headers_is_name(ilf_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] <= ' ' || (unsigned char)name.ptr[i] >= 0x7f ||
            strchr("\"(),/:;<=>?@[\\]{}", name.ptr[i]))
            return false;
    return name.len > 0;
}

void headers_put(struct ilf__text *line, ilf_str name, ilf_str value)
{
    bool empty = true;

    for (size_t i = 0; i < value.len && empty; i++)
        empty = value.ptr[i] == ' ' || value.ptr[i] == '\t';
    ilf__text_put_str(line, name);
    if (empty) {
        ilf__text_put_char(line, ';');
        return;
    }
    ILF__TEXT_PUT_LITERAL(line, ": ");
    ilf__text_put_str(line, value);
}

ilf_kv *headers_keep(const ilf_str_map *headers, const ilf_host *host, ilf_str_map *kept)
{
    static const char *const framing[] = {"Content-Length", "Transfer-Encoding", "Trailer"};
    ilf_kv *items = calloc(headers->n + 1, sizeof(*items));

    *kept = (ilf_str_map){items, 0};
    for (size_t i = 0; items && i < headers->n; i++) {
        const ilf_kv *header = &headers->items[i];
        bool frames = false;

        for (size_t j = 0; j < sizeof(framing) / sizeof(framing[0]); j++)
            frames = frames || strcasecmp(header->key.ptr, framing[j]) == 0;
        if (frames)
            ilf_logf(host, ILF_LEVEL_WARN, "Headers.%s is ignored: it follows from the body",
                     header->key.ptr);
        else
            items[kept->n++] = *header;
    }
    return items;
}
