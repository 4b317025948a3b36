/* Fields of log groups: which of them are tags, and what the tags are called in the output. */
#ifndef ILF_COMMON_FIELDS_H
#define ILF_COMMON_FIELDS_H

#include <ilf/flusher.h>

enum ilf__field_class { ILF__FIELD_CONTENT, ILF__FIELD_TAG, ILF__FIELD_NONE };

/* What decides about names. */
struct ilf__naming {
    const ilf_str_map *rename; /* TagFieldsRename */
    bool k8s;
};

/* Does the agent run for Kubernetes, as its variable ALICLOUD_LOG_K8S_FLAG says? */
bool ilf__fields_k8s(void);

/* Order as of bytes, which is Go's order of strings. */
int ilf__str_compare(ilf_str a, ilf_str b);

/* The value of @name in @map, or NULL. */
const ilf_str *ilf__fields_find(const ilf_str_map *map, ilf_str name);

/* What the content @key of a v1 log is: *@name is its name in the output. */
enum ilf__field_class ilf__fields_content(const struct ilf__naming *naming, ilf_str key,
                                          ilf_str *name);

/* The same for a tag of a v1 group: ILF__FIELD_TAG or ILF__FIELD_NONE. */
enum ilf__field_class ilf__fields_tag(const struct ilf__naming *naming, ilf_str key, ilf_str *name);

/* The same for a tag whose name needs no conversion: only renamed. */
enum ilf__field_class ilf__fields_rename(const struct ilf__naming *naming, ilf_str key,
                                         ilf_str *name);

#endif
