/* Tests of cbridge/payload.c. */
#include "payload.h"

#include "ilf_test.h"

static const ilf_record_end ends[] = {{2, 1}, {2, 7}, {5, 2}};

static ilf_payload abc(void)
{
    return (ilf_payload){.struct_size = sizeof(ilf_payload),
                         .id = 9,
                         .destination = S("to\0p"),
                         .bytes = S("aaccc"),
                         .ends = ends,
                         .n_records = 3,
                         .n_events = 10,
                         .accepted_at = 5,
                         .attempt = 3,
                         .flags = ILF_PAYLOAD_MAY_REPEAT,
                         .endpoint = 1};
}

static void assert_str(ilf_str want, ilf_str got)
{
    assert_int_equal(want.len, got.len);
    assert_memory_equal(want.ptr, got.ptr, want.len);
}

static void a_copy_holds_all_of_it_in_memory_of_its_own(void **state)
{
    ilf_payload like = abc();
    struct ilf__payload *p = ilf__payload_copy(&like, 77);

    (void)state;
    assert_non_null(p);
    assert_int_equal(77, p->lane);
    assert_int_equal(9, p->shown.id);
    assert_int_equal(10, p->shown.n_events);
    assert_int_equal(3, p->shown.attempt);
    assert_int_equal(ILF_PAYLOAD_MAY_REPEAT, p->shown.flags);
    assert_str(like.destination, p->shown.destination);
    assert_str(like.bytes, p->shown.bytes);
    assert_ptr_not_equal(like.bytes.ptr, p->shown.bytes.ptr);
    assert_str(S("aa"), ilf_payload_record(&p->shown, 0));
    assert_str(S(""), ilf_payload_record(&p->shown, 1));
    assert_str(S("ccc"), ilf_payload_record(&p->shown, 2));
    assert_true(p->memory >= sizeof(*p) + sizeof(ends) + 9);
    free(p);
}

static bool but_the_first(const void *context, size_t record)
{
    (void)context;
    return record > 0;
}

static void a_part_holds_the_records_that_were_taken_with_their_counts(void **state)
{
    ilf_payload like = abc();
    struct ilf__payload *whole = ilf__payload_copy(&like, 77);
    struct ilf__payload *p = ilf__payload_part(whole, 10, but_the_first, NULL);

    (void)state;
    assert_non_null(p);
    assert_int_equal(10, p->shown.id);
    assert_int_equal(2, p->shown.n_records);
    assert_int_equal(9, p->shown.n_events);
    assert_int_equal(77, p->lane);
    assert_int_equal(3, p->shown.attempt);
    assert_int_equal(5, p->shown.accepted_at);
    assert_str(S("to\0p"), p->shown.destination);
    assert_str(S(""), ilf_payload_record(&p->shown, 0));
    assert_str(S("ccc"), ilf_payload_record(&p->shown, 1));
    free(p);
    free(whole);
}

static void refuses_sizes_that_no_memory_has(void **state)
{
    ilf_payload like = abc();

    (void)state;
    like.bytes.len = SIZE_MAX - 1;
    assert_null(ilf__payload_copy(&like, 0));
    like.bytes.len = 0;
    like.n_records = SIZE_MAX / 2;
    assert_null(ilf__payload_copy(&like, 0));
}

static void *take_ids(void *context)
{
    uint64_t *ids = context;

    for (int i = 0; i < 1000; i++)
        ids[i] = ilf__payload_id();
    return NULL;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void ids_grow_and_never_repeat_between_threads(void **state)
{
    static uint64_t ids[4000];
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, take_ids, ids + 1000 * i));
    for (int i = 0; i < 4; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    for (int i = 1; i < 1000; i++)
        assert_true(ids[i] > ids[i - 1]);
    qsort(ids, 4000, sizeof(*ids), compare);
    for (int i = 1; i < 4000; i++)
        assert_true(ids[i] > ids[i - 1]);
}

static struct ilf__payload *used_memory(size_t memory)
{
    struct ilf__payload *p = ilf__payload_memory(&(struct ilf__payload *){NULL}, &memory);

    assert_non_null(p);
    memset(p, 0, memory);
    p->memory = memory;
    return p;
}

static void used_memory_is_taken_where_it_fits(void **state)
{
    static const struct {
        size_t used, asked;
        bool taken;
    } cases[] = {
        {ILF__REUSED, ILF__REUSED, true},
        {ILF__REUSED, ILF__REUSED / 2, true},
        {ILF__REUSED, ILF__REUSED + 1, false},
        {ILF__REUSED * 3, ILF__REUSED, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ilf__payload *used = used_memory(cases[i].used), *p;
        size_t memory = cases[i].asked;

        p = ilf__payload_memory(&used, &memory);
        assert_non_null(p);
        assert_null(used); /* what did not fit once will hardly fit again */
        assert_int_equal(cases[i].taken ? cases[i].used : cases[i].asked, memory);
        memset(p, 0xff, memory);
        free(p);
    }
}

static void what_is_small_leaves_used_memory_for_others(void **state)
{
    struct ilf__payload *used = used_memory(ILF__REUSED), *first = used;
    size_t memory = 700;

    (void)state;
    free(ilf__payload_memory(&used, &memory));
    assert_int_equal(700, memory);
    assert_ptr_equal(first, used);
    used->next = used_memory(ILF__REUSED);
    ilf__payload_free_all(used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_holds_all_of_it_in_memory_of_its_own),
        cmocka_unit_test(a_part_holds_the_records_that_were_taken_with_their_counts),
        cmocka_unit_test(refuses_sizes_that_no_memory_has),
        cmocka_unit_test(used_memory_is_taken_where_it_fits),
        cmocka_unit_test(what_is_small_leaves_used_memory_for_others),
        cmocka_unit_test(ids_grow_and_never_repeat_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
