/* Do two configurations send the same to the same place? */
#include "same_sink.h"

#include "option_default.h"

uint64_t ilf__hash(uint64_t hash, ilf_str text) /* FNV-1a, with the length behind it */
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
    return (hash ^ text.len) * UINT64_C(0x100000001b3);
}

static uint64_t hash_list(uint64_t hash, const ilf_str_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        hash = ilf__hash(hash, (ilf_str){list->items[i], strlen(list->items[i])});
    return hash;
}

static uint64_t hash_map(uint64_t hash, const ilf_str_map *map)
{
    for (size_t i = 0; i < map->n; i++)
        hash = ilf__hash(ilf__hash(hash, map->items[i].key), map->items[i].value);
    return hash;
}

/* The size of the C type of a number, a boolean or a choice. */
static size_t size_of(ilf_option_type type)
{
    return type == ILF_OPT_BOOL   ? sizeof(bool)
           : type == ILF_OPT_ENUM ? sizeof(int)
                                  : sizeof(int64_t); /* as uint64_t and double are */
}

static uint64_t hash_option(uint64_t hash, const ilf_option *option, void *base)
{
    const void *value = ilf__value_at(base, option);
    const char *text;

    switch (option->type) {
    case ILF_OPT_STR:
        text = *(const char *const *)value;
        return ilf__hash(hash, (ilf_str){text, strlen(text)});
    case ILF_OPT_LIST:
        return hash_list(hash, value);
    case ILF_OPT_MAP:
        return hash_map(hash, value);
    case ILF_OPT_TABLE:
        return ilf__hash_options(hash, option->table, (void *)value);
    default:
        return ilf__hash(hash, (ilf_str){value, size_of(option->type)});
    }
}

uint64_t ilf__hash_options(uint64_t hash, const ilf_option *table, void *base)
{
    for (const ilf_option *option = table; option && option->name; option++)
        if (!(option->flags & ILF_OPT_SAME_SINK))
            hash = hash_option(ilf__hash(hash, (ilf_str){option->name, strlen(option->name)}),
                               option, base);
    return hash;
}
