/* Tests of flushers/common/fields.c: what is a tag, and what it is called. */
#include <ilf_test.h>

#include "../../../flushers/common/fields.h"

static const ilf_kv renames[] = {{S_CONST("host.name"), S_CONST("hn")},
                                 {S_CONST("k8s.pod.ip"), S_CONST("")}};
static const ilf_str_map rename_ = {renames, 2};
static const struct ilf__naming naming = {&rename_, false}, in_k8s = {&rename_, true};

static void assert_name(const char *want, ilf_str got)
{
    if (strlen(want) != got.len || memcmp(want, got.ptr, got.len) != 0)
        fail_msg("got %.*s, want %s", (int)got.len, got.ptr, want);
}

static void tells_contents_from_tags(void **state)
{
    ilf_str name;

    (void)state;
    assert_int_equal(ILF__FIELD_CONTENT, ilf__fields_content(&naming, S("msg"), &name));
    assert_name("msg", name);
    assert_int_equal(ILF__FIELD_CONTENT, ilf__fields_content(&naming, S(""), &name));
    assert_int_equal(ILF__FIELD_CONTENT, ilf__fields_content(&naming, S("__tag__:"), &name));
    assert_name("__tag__:", name);
    assert_int_equal(ILF__FIELD_CONTENT, ilf__fields_content(&naming, S("__pack_id__"), &name));
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_content(&naming, S("__log_topic__"), &name));
    assert_name("log.topic", name);
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_content(&naming, S("__tag__:x"), &name));
    assert_name("x", name);
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_content(&naming, S("__tag__:__path__"), &name));
    assert_name("log.file.path", name);
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_content(&naming, S("_pod_name_"), &name));
    assert_name("k8s.pod.name", name);
    assert_int_equal(ILF__FIELD_NONE,
                     ilf__fields_content(&naming, S("__tag__:__user_defined_id__"), &name));
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_content(&naming, S("__tag__:__pack_id__"), &name));
}

static void leaves_out_the_agents_own_tags(void **state)
{
    ilf_str name;

    (void)state;
    assert_int_equal(ILF__FIELD_NONE, ilf__fields_tag(&naming, S("__pack_id__"), &name));
    assert_int_equal(ILF__FIELD_NONE, ilf__fields_tag(&naming, S("__user_defined_id__"), &name));
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_tag(&naming, S("env"), &name));
    assert_name("env", name);
}

static void renames_what_was_converted_and_deletes(void **state)
{
    ilf_str name;

    (void)state;
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_tag(&naming, S("__hostname__"), &name));
    assert_name("hn", name);
    assert_int_equal(ILF__FIELD_NONE, ilf__fields_tag(&naming, S("_pod_ip_"), &name));
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_rename(&naming, S("host.name"), &name));
    assert_name("hn", name);
    assert_int_equal(ILF__FIELD_TAG, ilf__fields_rename(&naming, S("__hostname__"), &name));
    assert_name("__hostname__", name);
}

static void calls_containers_otherwise_in_kubernetes(void **state)
{
    ilf_str name;

    (void)state;
    (void)ilf__fields_tag(&naming, S("_container_name_"), &name);
    assert_name("container.name", name);
    (void)ilf__fields_tag(&in_k8s, S("_container_name_"), &name);
    assert_name("k8s.container.name", name);
    (void)ilf__fields_tag(&in_k8s, S("_node_ip_"), &name);
    assert_name("k8s.node.ip", name);
}

static void reads_the_agents_variable(void **state)
{
    (void)state;
    assert_int_equal(0, unsetenv("ALICLOUD_LOG_K8S_FLAG"));
    assert_false(ilf__fields_k8s());
    assert_int_equal(0, setenv("ALICLOUD_LOG_K8S_FLAG", "false", 1));
    assert_false(ilf__fields_k8s());
    assert_int_equal(0, setenv("ALICLOUD_LOG_K8S_FLAG", "TRUE", 1));
    assert_true(ilf__fields_k8s());
    assert_int_equal(0, unsetenv("ALICLOUD_LOG_K8S_FLAG"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_contents_from_tags),
        cmocka_unit_test(leaves_out_the_agents_own_tags),
        cmocka_unit_test(renames_what_was_converted_and_deletes),
        cmocka_unit_test(calls_containers_otherwise_in_kubernetes),
        cmocka_unit_test(reads_the_agents_variable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
