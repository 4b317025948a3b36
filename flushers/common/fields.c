/* Fields of log groups: which of them are tags, and what the tags are called in the output. */
#include "fields.h"

#include <stdlib.h>
#include <strings.h>

#define STR(literal)                                                                               \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

/* Names that the agent gives to tags, and what they are called outside. */
static const struct {
    ilf_str raw, name, k8s; /* k8s: where it differs */
} table[] = {
    {STR("__path__"), STR("log.file.path"), {NULL, 0}},
    {STR("__hostname__"), STR("host.name"), {NULL, 0}},
    {STR("_node_ip_"), STR("k8s.node.ip"), {NULL, 0}},
    {STR("_node_name_"), STR("k8s.node.name"), {NULL, 0}},
    {STR("_namespace_"), STR("k8s.namespace.name"), {NULL, 0}},
    {STR("_pod_name_"), STR("k8s.pod.name"), {NULL, 0}},
    {STR("_pod_ip_"), STR("k8s.pod.ip"), {NULL, 0}},
    {STR("_pod_uid_"), STR("k8s.pod.uid"), {NULL, 0}},
    {STR("_container_name_"), STR("container.name"), STR("k8s.container.name")},
    {STR("_container_ip_"), STR("container.ip"), STR("k8s.container.ip")},
    {STR("_image_name_"), STR("container.image.name"), STR("k8s.container.image.name")},
};

static const ilf_str topic_key = STR("__log_topic__"), topic_name = STR("log.topic"),
                     prefix = STR("__tag__:"), user_id = STR("__user_defined_id__"),
                     pack_id = STR("__pack_id__");

bool ilf__fields_k8s(void)
{
    const char *flag = getenv("ALICLOUD_LOG_K8S_FLAG");

    return flag && (strcasecmp(flag, "true") == 0 || strcmp(flag, "1") == 0);
}

int ilf__str_compare(ilf_str a, ilf_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;

    return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

const ilf_str *ilf__fields_find(const ilf_str_map *map, ilf_str name)
{
    for (size_t i = 0; i < map->n; i++)
        if (ilf_str_equal(map->items[i].key, name))
            return &map->items[i].value;
    return NULL;
}

/* Replace *@name where the table knows it. */
static bool convert(const struct ilf__naming *naming, ilf_str *name)
{
    if (name->len == 0 || name->ptr[0] != '_')
        return false;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (!ilf_str_equal(table[i].raw, *name))
            continue;
        *name = naming->k8s && table[i].k8s.ptr ? table[i].k8s : table[i].name;
        return true;
    }
    return false;
}

enum ilf__field_class ilf__fields_rename(const struct ilf__naming *naming, ilf_str key,
                                         ilf_str *name)
{
    const ilf_str *renamed = ilf__fields_find(naming->rename, key);

    *name = renamed ? *renamed : key;
    return renamed && renamed->len == 0 ? ILF__FIELD_NONE : ILF__FIELD_TAG;
}

enum ilf__field_class ilf__fields_tag(const struct ilf__naming *naming, ilf_str key, ilf_str *name)
{
    if (ilf_str_equal(key, user_id) || ilf_str_equal(key, pack_id))
        return ILF__FIELD_NONE;
    (void)convert(naming, &key);
    return ilf__fields_rename(naming, key, name);
}

enum ilf__field_class ilf__fields_content(const struct ilf__naming *naming, ilf_str key,
                                          ilf_str *name)
{
    ilf_str rest = key;

    *name = key;
    if (key.len == 0 || key.ptr[0] != '_')
        return ILF__FIELD_CONTENT;
    if (ilf_str_equal(key, topic_key))
        return ilf__fields_rename(naming, topic_name, name);
    if (key.len >= prefix.len && memcmp(key.ptr, prefix.ptr, prefix.len) == 0) {
        rest = (ilf_str){key.ptr + prefix.len, key.len - prefix.len};
        if (rest.len == 0) /* a tag without a name is none */
            return ILF__FIELD_CONTENT;
        if (ilf_str_equal(rest, user_id))
            return ILF__FIELD_NONE;
        (void)convert(naming, &rest);
        return ilf__fields_rename(naming, rest, name);
    }
    return convert(naming, &rest) ? ilf__fields_rename(naming, rest, name) : ILF__FIELD_CONTENT;
}
