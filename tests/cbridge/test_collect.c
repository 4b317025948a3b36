/* Tests of cbridge/collect.c, with a memory that fails where the test wants it to. */
#include "ilf_test.h"

static long allocations_left = -1; /* before one fails; negative: none does */

static bool fails(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

static void *test_failing_malloc(size_t size)
{
    return fails() ? NULL : malloc(size);
}

static void *test_failing_realloc(void *block, size_t size)
{
    return fails() ? NULL : realloc(block, size);
}

#define malloc test_failing_malloc
#define realloc test_failing_realloc
#include "../../cbridge/collect.c"
#undef malloc
#undef realloc

static ilf_status put(struct ilf__collector *c, const char *to, const char *key, const char *body)
{
    const ilf_record record = {
        .body = {body, strlen(body)},
        .destination = {to, strlen(to)},
        .key = {key, strlen(key)},
        .n_events = 1,
    };

    return ilf__collect_put(c, &record);
}

/* The closed payloads as text: "destination:body,body destination:body". */
static const char *taken(struct ilf__collector *c)
{
    static char text[4096];
    struct ilf__list list = ilf__collect_take(c);
    struct ilf__payload *p;
    uint64_t last = 0;
    size_t n = 0;

    text[0] = '\0';
    while ((p = ilf__list_take(&list))) {
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s:", n > 0 ? " " : "",
                              (int)p->shown.destination.len, p->shown.destination.ptr);
        for (size_t i = 0; i < p->shown.n_records; i++) {
            ilf_str record = ilf_payload_record(&p->shown, i);

            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", i > 0 ? "," : "",
                                  (int)record.len, record.ptr);
        }
        assert_true(p->shown.id > last);
        last = p->shown.id;
        free(p);
    }
    return text;
}

static void one_payload_is_open_for_each_destination(void **state)
{
    struct ilf__collector c = {0};

    (void)state;
    ilf__collect_begin(&c, 1, 1);
    assert_int_equal(ILF_OK, put(&c, "x", "", "1"));
    assert_int_equal(ILF_OK, put(&c, "y", "", "2"));
    assert_int_equal(ILF_OK, put(&c, "x", "", "3"));
    assert_int_equal(2, c.open.payloads);
    assert_int_equal(3, c.open.events);
    assert_string_equal("", taken(&c));
    ilf__collect_close(&c, UINT64_MAX);
    assert_string_equal("x:1,3 y:2", taken(&c));
    assert_int_equal(0, c.open.payloads);
    assert_int_equal(0, c.open.bytes);
    ilf__collect_dispose(&c);
}

static void closes_by_bytes_and_by_records(void **state)
{
    struct ilf__collector c = {.max_bytes = 5, .max_records = 3};

    (void)state;
    ilf__collect_begin(&c, 1, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ILF_OK, put(&c, "", "", "a"));
    assert_int_equal(ILF_OK, put(&c, "", "", "larger than all"));
    assert_int_equal(ILF_OK, put(&c, "", "", "bbbb"));
    assert_int_equal(ILF_OK, put(&c, "", "", "cc"));
    assert_string_equal(":a,a,a :a :larger than all :bbbb", taken(&c));
    ilf__collect_dispose(&c);
}

static void fills_used_memory_without_making_it_grow(void **state)
{
    struct ilf__collector c = {.max_bytes = ILF__REUSED, .hint_bytes = ILF__REUSED};
    struct ilf__payload *used = malloc(ILF__REUSED * 2), *p;
    static char body[1000];
    struct ilf__list list;

    (void)state;
    assert_non_null(used);
    memset(used, 0, sizeof(*used));
    used->memory = ILF__REUSED * 2;
    c.used = used;
    ilf__collect_begin(&c, 1, 1);
    for (size_t n = 0; n + sizeof(body) <= ILF__REUSED; n += sizeof(body))
        assert_int_equal(ILF_OK, ilf__collect_put(&c, &(ilf_record){.body = {body, sizeof(body)}}));
    assert_null(c.used);
    ilf__collect_close(&c, UINT64_MAX);
    list = ilf__collect_take(&c);
    p = ilf__list_take(&list);
    assert_null(ilf__list_take(&list));
    assert_int_equal(ILF__REUSED / sizeof(body) * sizeof(body), p->shown.bytes.len);
    assert_int_equal(0, c.open.bytes);
    free(p);
    ilf__collect_dispose(&c);
}

static void closes_what_is_old(void **state)
{
    struct ilf__collector c = {0};

    (void)state;
    assert_int_equal(UINT64_MAX, ilf__collect_oldest(&c));
    ilf__collect_begin(&c, 1, 10);
    assert_int_equal(ILF_OK, put(&c, "x", "", "1"));
    ilf__collect_begin(&c, 2, 20);
    assert_int_equal(ILF_OK, put(&c, "y", "", "2"));
    assert_int_equal(10, ilf__collect_oldest(&c));
    ilf__collect_close(&c, 10);
    assert_string_equal("", taken(&c));
    ilf__collect_close(&c, 11);
    assert_string_equal("x:1", taken(&c));
    assert_int_equal(20, ilf__collect_oldest(&c));
    ilf__collect_dispose(&c);
}

static void records_of_a_key_share_a_lane(void **state)
{
    struct ilf__collector c = {.n_lanes = 64};
    struct ilf__list list;
    struct ilf__payload *a, *b;

    (void)state;
    ilf__collect_begin(&c, 1, 1);
    assert_int_equal(ILF_OK, put(&c, "", "k1", "1"));
    assert_int_equal(ILF_OK, put(&c, "", "k2", "2"));
    assert_int_equal(ILF_OK, put(&c, "", "k1", "3"));
    ilf__collect_close(&c, UINT64_MAX);
    list = ilf__collect_take(&c);
    a = ilf__list_take(&list);
    b = ilf__list_take(&list);
    assert_int_equal(2, a->shown.n_records);
    assert_int_equal(1, b->shown.n_records);
    assert_int_not_equal(a->lane, b->lane);
    free(a);
    free(b);
    ilf__collect_dispose(&c);
}

/* A batch that opens, grows and closes payloads and rejects something. */
static ilf_status a_batch(struct ilf__collector *c)
{
    char body[700];
    ilf_status status = ILF_OK;

    memset(body, 'z', sizeof(body));
    body[sizeof(body) - 1] = '\0';
    ilf__collect_begin(c, 2, 2);
    for (int i = 0; i < 30 && status == ILF_OK; i++)
        status = put(c, i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "new", "", body);
    if (status == ILF_OK)
        status = ilf__collect_reject(c, S("odd"), 1, "why");
    return status;
}

static void a_batch_is_undone_wherever_memory_fails(void **state)
{
    long n = 0;
    ilf_status status;

    (void)state;
    do {
        struct ilf__collector c = {.max_bytes = 5000, .max_records = 100};

        allocations_left = -1;
        ilf__collect_begin(&c, 1, 1);
        assert_int_equal(ILF_OK, put(&c, "x", "", "1"));
        assert_int_equal(ILF_OK, put(&c, "y", "", "2"));
        allocations_left = n++;
        status = a_batch(&c);
        if (status != ILF_OK)
            assert_true(c.failed);
        allocations_left = -1;
        ilf__collect_undo(&c);
        assert_int_equal(2, c.open.events);
        assert_int_equal(2, c.open.records);
        assert_int_equal(2, c.open.payloads);
        assert_null(c.rejects.first);
        ilf__collect_begin(&c, 3, 3);
        assert_int_equal(ILF_OK, put(&c, "x", "", "3"));
        ilf__collect_close(&c, UINT64_MAX);
        {
            const char *text = taken(&c);

            if (strcmp(text, "x:1,3 y:2") != 0 && strcmp(text, "y:2 x:1,3") != 0)
                fail_msg("after failure %ld: %s", n, text);
        }
        assert_int_equal(0, c.open.bytes);
        ilf__collect_dispose(&c);
    } while (status != ILF_OK);
    assert_true(n > 8);
}

static void a_record_beyond_any_sink_is_rejected(void **state)
{
    struct ilf__collector c = {0};
    char *body = calloc(1, ILF__RECORD_MAX + 1);
    const ilf_record record = {.body = {body, ILF__RECORD_MAX + 1}, .n_events = 2};

    (void)state;
    assert_non_null(body);
    ilf__collect_begin(&c, 1, 1);
    assert_int_equal(ILF_OK, ilf__collect_put(&c, &record));
    assert_int_equal(0, c.open.records);
    assert_true(c.rejects.first->too_large);
    assert_int_equal(2, c.rejects.events);
    free(body);
    ilf__collect_dispose(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_payload_is_open_for_each_destination),
        cmocka_unit_test(closes_by_bytes_and_by_records),
        cmocka_unit_test(fills_used_memory_without_making_it_grow),
        cmocka_unit_test(closes_what_is_old),
        cmocka_unit_test(records_of_a_key_share_a_lane),
        cmocka_unit_test(a_batch_is_undone_wherever_memory_fails),
        cmocka_unit_test(a_record_beyond_any_sink_is_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
