/* Tests of cbridge/registry.c. */
#include <ilf_test.h>

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)err;
    return ILF_OK;
}

static ilf_flusher_ops good(void)
{
    return (ilf_flusher_ops){
        .abi = ILF_ABI,
        .struct_size = sizeof(ilf_flusher_ops),
        .name = "flusher_good",
        .description = "does nothing",
        .flush = flush,
    };
}

static void refuses(const ilf_flusher_ops *ops, const char *why)
{
    assert_fails(ILF_ERR_CONFIG, why, ilf__check_ops(ops, &err));
    assert_int_equal(ILF_ERR_CONFIG, ilf__check_ops(ops, NULL));
    assert_null(ilf__flusher_new(ops, NULL, NULL));
}

static void takes_a_descriptor_with_either_hook(void **state)
{
    ilf_flusher_ops ops = good();

    (void)state;
    assert_works(ilf__check_ops(&ops, &err));
    ops.export_events = export_events;
    assert_works(ilf__check_ops(&ops, &err));
    ops.flush = NULL;
    assert_works(ilf__check_ops(&ops, &err));
}

static void refuses_another_major(void **state)
{
    ilf_flusher_ops ops = good();

    (void)state;
    ops.abi = 2u << 16;
    refuses(&ops,
            "flusher is built for ABI 2.0, this library has 1.0: build it with the headers of "
            "this library");
    ops.abi = 0;
    refuses(&ops,
            "flusher is built for ABI 0.0, this library has 1.0: build it with the headers of "
            "this library");
}

static void refuses_a_newer_minor(void **state)
{
    ilf_flusher_ops ops = good();

    (void)state;
    ops.abi = ILF_ABI + 1;
    refuses(&ops,
            "flusher is built for ABI 1.1, this library has 1.0: build it with the headers of "
            "this library, or install a newer library");
}

static void refuses_a_descriptor_that_is_too_short(void **state)
{
    ilf_flusher_ops ops = good();
    char why[256];

    (void)state;
    ops.struct_size = 8;
    (void)snprintf(why, sizeof(why),
                   "flusher's descriptor has struct_size 8, want at least %zu: set it to "
                   "sizeof(ilf_flusher_ops)",
                   sizeof(ops));
    refuses(&ops, why);
    ops.struct_size = sizeof(ops) + 8; /* of a newer header */
    assert_works(ilf__check_ops(&ops, &err));
}

static void refuses_names_that_the_host_could_not_use(void **state)
{
    static const struct {
        const char *name, *why;
    } rows[] = {
        {NULL, "flusher '': the name must begin with flusher_ and hold no / or #"},
        {"", "flusher '': the name must begin with flusher_ and hold no / or #"},
        {"stdout", "flusher 'stdout': the name must begin with flusher_ and hold no / or #"},
        {"Flusher_x", "flusher 'Flusher_x': the name must begin with flusher_ and hold no / or #"},
        {"flusher", "flusher 'flusher': the name must begin with flusher_ and hold no / or #"},
        {"flusher_a/b",
         "flusher 'flusher_a/b': the name must begin with flusher_ and hold no / or #"},
        {"flusher_a#b",
         "flusher 'flusher_a#b': the name must begin with flusher_ and hold no / or #"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ilf_flusher_ops ops = good();

        ops.name = rows[i].name;
        refuses(&ops, rows[i].why);
    }
}

static void refuses_a_descriptor_without_a_description(void **state)
{
    ilf_flusher_ops ops = good();

    (void)state;
    ops.description = NULL;
    refuses(&ops, "flusher_good: no description: say in .description what it does");
}

static void refuses_a_flusher_that_takes_no_data(void **state)
{
    ilf_flusher_ops ops = good();

    (void)state;
    ops.flush = NULL;
    refuses(
        &ops,
        "flusher_good: neither flush nor export_events is there: set the one that takes its data");
}

static ilf_status an_encode(void *self, const ilf_batch *batch, const ilf_encoder *to,
                            ilf_error *err)
{
    (void)self;
    (void)batch;
    (void)to;
    (void)err;
    return ILF_OK;
}

static void a_send(void *self, const ilf_payload *payload)
{
    (void)self;
    (void)payload;
}

static void a_poll(void *self, int64_t timeout)
{
    (void)self;
    (void)timeout;
}

static bool a_ready(void *self, const ilf_route *route)
{
    (void)self;
    (void)route;
    return true;
}

static void refuses_a_delivered_flusher_that_lacks_a_hook_or_has_one_of_a_direct_one(void **state)
{
    ilf_flusher_ops ops = good();

    (void)state;
    ops.send = a_send;
    refuses(&ops,
            "flusher_good: has hooks of a direct and of a delivered flusher: leave out flush and "
            "export_events, or encode, encode_events, send, poll, wake and cancel");
    ops.flush = NULL;
    refuses(&ops, "flusher_good: a delivered flusher needs send, and encode or encode_events: "
                  "encode is missing");
    ops.encode = an_encode;
    ops.send = NULL;
    refuses(&ops, "flusher_good: a delivered flusher needs send, and encode or encode_events: "
                  "send is missing");
    ops.send = a_send;
    ops.poll = a_poll;
    refuses(&ops, "flusher_good: poll and wake need each other: wake is missing");
    ops.poll = NULL;
    ops.is_ready = a_ready;
    refuses(&ops, "flusher_good: is_ready of a delivered flusher is never asked: leave it out");
    ops.is_ready = NULL;
    assert_works(ilf__check_ops(&ops, &err));
}

static void has_only_flushers_that_it_can_run(void **state)
{
    (void)state;
    for (size_t i = 0; ilf__builtin[i]; i++) {
        assert_works(ilf__check_ops(ilf__builtin[i], &err));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ilf__builtin[i]->name, ilf__builtin[j]->name);
    }
}

static void tells_its_flushers_by_number(void **state)
{
    size_t n = 0;

    (void)state;
    for (; ilf__builtin[n]; n++)
        assert_string_equal(ilf__builtin[n]->name, ilf_flusher_name(n));
    assert_true(n >= 5); /* checker, null, sleep, statistics, stdout, and those to come */
    assert_null(ilf_flusher_name(n));
    assert_null(ilf_flusher_name(SIZE_MAX));
}

static void finds_each_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; ilf_flusher_name(i); i++)
        assert_ptr_equal(ilf__builtin[i], ilf__find(ilf_flusher_name(i), NULL));
}

static void cannot_find(const char *name, const char *why)
{
    ilf_error err = {"no text"};

    assert_null(ilf__find(name, &err));
    assert_string_equal(why, err.text);
    assert_null(ilf_flusher_new(name, NULL, &err));
    assert_string_equal(why, err.text);
    assert_null(ilf__find(name, NULL));
}

static void suggests_the_nearest_name(void **state)
{
    (void)state;
    cannot_find("flusher_stdout", "no flusher 'flusher_stdout'; did you mean flusher_c_stdout?");
    cannot_find("flusher_c_nul", "no flusher 'flusher_c_nul'; did you mean flusher_c_null?");
    cannot_find("FLUSHER_C_NULL", "no flusher 'FLUSHER_C_NULL'; did you mean flusher_c_null?");
}

/* What is far from every name gets all of them, and none is called nearest. */
static void lists_the_flushers_when_no_name_is_near(void **state)
{
    static const char *const names[] = {"kafka", "", "flusher_c_redis", "redis"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char why[ILF_ERROR_SIZE];
        int len = snprintf(why, sizeof(why), "no flusher '%s'; there are", names[i]);

        for (size_t k = 0; ilf_flusher_name(k); k++)
            len += snprintf(why + len, sizeof(why) - (size_t)len, "%s %s", k > 0 ? "," : "",
                            ilf_flusher_name(k));
        cannot_find(names[i], why);
    }
}

/* --- A registry of one's own --------------------------------------------------------------------
 */

static void grows_with_its_flushers(void **state)
{
    struct ilf__registry registry = {0};
    ilf_flusher_ops ops[40];
    char names[40][24];

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "flusher_%zu", i);
        ops[i] = good();
        ops[i].name = names[i];
        assert_works(ilf__registry_add(&registry, &ops[i], &err));
    }
    assert_int_equal(40, registry.n);
    for (size_t i = 0; i < 40; i++)
        assert_ptr_equal(&ops[i], registry.flushers[i]);
    ilf__registry_dispose(&registry);
    assert_int_equal(0, registry.n);
    assert_null(registry.flushers);
}

static void takes_no_name_twice(void **state)
{
    struct ilf__registry registry = {0};
    const ilf_flusher_ops first = good(), second = good();

    (void)state;
    assert_works(ilf__registry_add(&registry, &first, &err));
    assert_fails(ILF_ERR_CONFIG, "flusher_good: the name is taken: choose another",
                 ilf__registry_add(&registry, &second, &err));
    assert_int_equal(1, registry.n);
    assert_ptr_equal(&first, registry.flushers[0]);
    ilf__registry_dispose(&registry);
}

static void takes_no_broken_descriptor(void **state)
{
    struct ilf__registry registry = {0};
    ilf_flusher_ops ops = good();

    (void)state;
    ops.description = NULL;
    assert_fails(ILF_ERR_CONFIG, "flusher_good: no description: say in .description what it does",
                 ilf__registry_add(&registry, &ops, &err));
    assert_int_equal(0, registry.n);
    ilf__registry_dispose(&registry);
}

static void keeps_a_line_for_each_that_it_refused(void **state)
{
    struct ilf__registry registry = {0};

    (void)state;
    ilf__registry_refuse(&registry, "/lib/a.so", "no description");
    assert_string_equal("/lib/a.so: no description\n", registry.refused);
    ilf__registry_refuse(&registry, "", "");
    assert_string_equal("/lib/a.so: no description\n: \n", registry.refused);
    assert_int_equal(strlen(registry.refused), registry.refused_len);
    ilf__registry_dispose(&registry);
    assert_null(registry.refused);
    assert_int_equal(0, registry.refused_len);
}

static void has_refused_none_of_its_own(void **state)
{
    char buf[8] = "before";

    (void)state;
    assert_int_equal(0, ilf_refused(NULL, 0));
    assert_int_equal(0, ilf_refused(buf, sizeof(buf)));
    assert_string_equal("", buf);
}

static void tells_its_versions(void **state)
{
    (void)state;
    assert_int_equal(0x10000, ilf_abi());
    assert_string_equal(ILF_VERSION, ilf_version());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_descriptor_with_either_hook),
        cmocka_unit_test(refuses_another_major),
        cmocka_unit_test(refuses_a_newer_minor),
        cmocka_unit_test(refuses_a_descriptor_that_is_too_short),
        cmocka_unit_test(refuses_names_that_the_host_could_not_use),
        cmocka_unit_test(refuses_a_descriptor_without_a_description),
        cmocka_unit_test(refuses_a_flusher_that_takes_no_data),
        cmocka_unit_test(refuses_a_delivered_flusher_that_lacks_a_hook_or_has_one_of_a_direct_one),
        cmocka_unit_test(has_only_flushers_that_it_can_run),
        cmocka_unit_test(tells_its_flushers_by_number),
        cmocka_unit_test(finds_each_by_its_name),
        cmocka_unit_test(suggests_the_nearest_name),
        cmocka_unit_test(lists_the_flushers_when_no_name_is_near),
        cmocka_unit_test(grows_with_its_flushers),
        cmocka_unit_test(takes_no_name_twice),
        cmocka_unit_test(takes_no_broken_descriptor),
        cmocka_unit_test(keeps_a_line_for_each_that_it_refused),
        cmocka_unit_test(has_refused_none_of_its_own),
        cmocka_unit_test(tells_its_versions),
    };

    unsetenv("ILF_PLUGIN_PATH"); /* so that the flushers are those built in */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
