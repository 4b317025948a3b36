/* Tests of cbridge/spool.c: appending, removing, replacing, claims. */
#include "spool_test.h"

#include "spool_parts.h"

static void gives_back_what_was_put_in_order_after_a_restart(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__payload *p;
    uint64_t id;

    (void)state;
    p = test_payload(S("one\0two"), 2);
    p->shown.attempt = 3;
    id = p->shown.id;
    test_append(spool, p, &owner_a);
    test_append(spool, test_text("second"), &owner_a);
    ilf__spool_close(spool, &owner_a);

    spool = test_open_spool(&owner_b);
    p = test_next(spool, &owner_b);
    assert_memory_equal("one\0two", p->shown.bytes.ptr, 7);
    assert_int_equal(7, p->shown.bytes.len);
    assert_int_equal(2, p->shown.n_records);
    assert_int_equal(3, p->shown.ends[0].end);
    assert_int_equal(1, p->shown.ends[1].n_events);
    assert_int_equal(2, p->shown.n_events);
    assert_int_equal(id, p->shown.id);
    assert_int_equal(7, p->lane);
    assert_int_equal(3, p->shown.attempt);
    assert_int_equal(1700000000000000007, p->shown.accepted_at);
    assert_memory_equal("topic", p->shown.destination.ptr, 5);
    assert_int_equal(ILF_PAYLOAD_MAY_REPEAT, p->shown.flags);
    free(p);
    assert_next(spool, "second", &owner_b);
    assert_null(test_next(spool, &owner_b));
    ilf__spool_close(spool, &owner_b);
}

static void payloads_without_a_claim_come_in_their_turn_and_are_not_said_to_repeat(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__payload *p;
    uint64_t first;

    (void)state;
    first = test_append(spool, test_text("claimed"), &owner_a);
    test_append(spool, test_text("free"), NULL);
    assert_int_equal(1, test_stats(spool).unclaimed);
    p = test_next(spool, &owner_a);
    assert_memory_equal("free", p->shown.bytes.ptr, 4);
    assert_int_equal(0, p->shown.flags);
    free(p);
    assert_null(test_next(spool, &owner_a));
    assert_works(ilf__spool_release(spool, &first, 1, &err));
    p = test_next(spool, &owner_b);
    assert_memory_equal("claimed", p->shown.bytes.ptr, 7);
    assert_int_equal(ILF_PAYLOAD_MAY_REPEAT, p->shown.flags);
    free(p);
    ilf__spool_close(spool, &owner_a);
}

static void one_who_closes_leaves_his_claims_to_the_other(void **state)
{
    struct ilf__spool *old = test_open_spool(&owner_a), *new = test_open_spool(&owner_b);

    (void)state;
    assert_ptr_equal(old, new);
    test_append(old, test_text("one"), &owner_a);
    test_append(new, test_text("two"), &owner_b);
    test_append(old, test_text("three"), &owner_a);
    assert_null(test_next(new, &owner_b));
    ilf__spool_close(old, &owner_a);
    assert_int_equal(2, test_stats(new).unclaimed);
    assert_next(new, "one", &owner_b);
    assert_next(new, "three", &owner_b);
    assert_null(test_next(new, &owner_b));
    ilf__spool_close(new, &owner_b);
}

static void removes_and_counts(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    uint64_t sequences[3];
    struct ilf__spool_stats stats;

    (void)state;
    sequences[0] = test_append(spool, test_text("one"), &owner_a);
    sequences[1] = test_append(spool, test_text("three"), &owner_a);
    sequences[2] = 0; /* was never there */
    stats = test_stats(spool);
    assert_int_equal(2, stats.payloads);
    assert_int_equal(2, stats.events);
    assert_int_equal(2 * (80 + 8 + 5) + 8, stats.bytes);
    assert_int_equal(1700000000000000003, stats.oldest);
    assert_works(ilf__spool_remove(spool, sequences, 1, &err));
    assert_int_equal(1700000000000000005, test_stats(spool).oldest);
    assert_works(ilf__spool_remove(spool, sequences, 3, &err)); /* one of them again */
    stats = test_stats(spool);
    assert_int_equal(0, stats.payloads + stats.events + stats.bytes + stats.oldest);
    ilf__spool_close(spool, &owner_a);
    spool = test_open_spool(&owner_a);
    assert_null(test_next(spool, &owner_a));
    assert_true(test_append(spool, test_text("x"), &owner_a) > sequences[1]);
    ilf__spool_close(spool, &owner_a);
}

/* Replace @sequence by @a and, if it is not NULL, @b; returns the sequence of the last. */
static uint64_t replace(struct ilf__spool *spool, uint64_t sequence, const char *a, const char *b)
{
    struct ilf__payload *parts[2] = {test_text(a), b ? test_text(b) : NULL};
    uint64_t last;

    assert_works(ilf__spool_replace(spool, sequence, parts, b ? 2 : 1, &err));
    assert_int_equal(sequence, parts[0]->sequence);
    last = parts[b ? 1 : 0]->sequence;
    free(parts[0]);
    free(parts[1]);
    return last;
}

static void parts_take_the_place_and_the_claim_of_the_whole(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    uint64_t first, part;

    (void)state;
    first = test_append(spool, test_text("12345678"), &owner_a);
    test_append(spool, test_text("9"), &owner_a);
    part = replace(spool, first, "1234", "5678");
    replace(spool, first, "12", "34");
    part = replace(spool, part, "56", "78");
    replace(spool, part, "8", NULL);
    assert_null(test_next(spool, &owner_b));
    ilf__spool_close(spool, &owner_a);
    spool = test_open_spool(&owner_b);
    assert_next(spool, "12", &owner_b);
    part = assert_next(spool, "34", &owner_b);
    assert_works(ilf__spool_replace(spool, part, NULL, 0, &err));
    assert_next(spool, "56", &owner_b);
    assert_next(spool, "8", &owner_b);
    assert_next(spool, "9", &owner_b);
    assert_null(test_next(spool, &owner_b));
    assert_int_equal(4, test_stats(spool).payloads);
    ilf__spool_close(spool, &owner_b);
}

static void parts_that_find_no_place_go_to_the_end(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    uint64_t sequence;
    size_t n = 0;

    (void)state;
    sequence = test_append(spool, test_text("x"), &owner_a);
    test_append(spool, test_text("y"), &owner_a);
    for (int i = 0; i < 25; i++) /* splits what lies always nearer to the next */
        sequence = replace(spool, sequence, "a", "b");
    ilf__spool_close(spool, &owner_a);
    spool = test_open_spool(&owner_a);
    assert_int_equal(27, test_stats(spool).payloads);
    for (struct ilf__payload *p; (p = test_next(spool, &owner_a)); n++)
        free(p);
    assert_int_equal(27, n);
    ilf__spool_close(spool, &owner_a);
}

static void is_bounded_by_bytes(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__payload *p = test_numbered(1, 1000), *parts[2], *big = test_numbered(3, 20000);
    struct ilf__spool *spool;
    uint64_t sequence = 0;
    ilf_error err;
    int n = 0;

    (void)state;
    options.max_bytes = 10 * (80 + 8 + 5 + 1000);
    spool = test_open_with(&options, &owner_a);
    while (ilf__spool_append(spool, &p, 1, &owner_a, &err) == ILF_OK) {
        sequence = p->sequence;
        n++;
    }
    assert_int_equal(10, n);
    assert_non_null(strstr(err.text, "/s': full: it holds 10930 of MaxBytes 10930"));
    assert_int_equal(ILF_ERR_RETRY, ilf__spool_append(spool, &p, 1, &owner_a, &err));
    assert_int_equal(ILF_ERR_DROP, ilf__spool_append(spool, &big, 1, &owner_a, &err));
    parts[0] = test_numbered(2, 900);
    parts[1] = test_numbered(3, 900); /* parts may take more room than the whole */
    assert_works(ilf__spool_replace(spool, sequence, parts, 2, &err));
    assert_works(ilf__spool_remove(spool, &sequence, 1, &err));
    sequence = parts[1]->sequence;
    assert_works(ilf__spool_remove(spool, &sequence, 1, &err));
    assert_works(ilf__spool_append(spool, &p, 1, &owner_a, &err));
    ilf__spool_close(spool, &owner_a);
    free(p);
    free(big);
    free(parts[0]);
    free(parts[1]);
}

/* A spool in use for a while against a list in memory that does the same. */
static void keeps_ten_thousand_payloads_of_random_sizes_in_order(void **state)
{
    enum { N = 10000 };
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    static uint64_t sequences[N];
    uint64_t random = 42, appended = 0, expected = 0, taken = 0, removed = 0;
    struct ilf__spool *spool;

    (void)state;
    options.max_bytes = 1 << 30;
    spool = test_open_with(&options, &owner_a);
    while (removed < N) {
        struct ilf__payload *batch[16], *p;
        size_t n = test_random(&random) % 16 + 1;

        n = appended + n > N ? N - appended : n;
        for (size_t i = 0; i < n; i++) {
            size_t size = test_random(&random) % 8 == 0 ? 30000 : 1500;

            batch[i] = test_numbered(appended++, test_random(&random) % size + 8);
        }
        assert_works(ilf__spool_append(spool, batch, n, NULL, &err));
        for (size_t i = 0; i < n; i++)
            free(batch[i]);
        for (n = test_random(&random) % 18; n > 0 && (p = test_next(spool, &owner_a)); n--) {
            assert_int_equal(expected++, test_number(p));
            assert_numbered(p);
            sequences[taken++] = p->sequence;
            free(p);
        }
        n = taken - removed;
        n = n > 0 ? test_random(&random) % (n + 1) : 0;
        assert_works(ilf__spool_remove(spool, sequences + removed, n, &err));
        removed += n;
        if (test_random(&random) % 200 == 0) { /* what is claimed comes again */
            ilf__spool_close(spool, &owner_a);
            spool = test_open_with(&options, &owner_a);
            expected = taken = removed;
        }
    }
    assert_int_equal(0, test_stats(spool).payloads + test_stats(spool).bytes);
    ilf__spool_close(spool, &owner_a);
}

static void reuses_the_room_of_what_was_removed(void **state)
{
    struct ilf__spool_options options = test_spool_options(test_path("s"));
    struct ilf__spool *spool = test_open_with(&options, &owner_a);
    uint64_t window[20] = {0}, random = 7;
    struct stat st;

    (void)state;
    for (unsigned i = 0; i < 4000; i++) { /* 400 MB through a backlog of 2 MB */
        uint64_t *oldest = &window[i % 20];

        assert_works(ilf__spool_remove(spool, oldest, 1, &err));
        *oldest = test_append(spool, test_numbered(i, test_random(&random) % 200000), &owner_a);
    }
    assert_int_equal(0, stat(test_path("s/data.mdb"), &st));
    assert_true(st.st_size < 16 << 20);
    ilf__spool_close(spool, &owner_a);
}

/* The map is made small behind the spool's back, which stands for one whose free pages are in pieces
 * too short for a payload. */
static void removing_works_when_the_map_is_full(void **state)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__payload *p = test_numbered(1, 2000);
    static uint64_t sequences[4096];
    size_t n = 0;
    ilf_error err;

    (void)state;
    assert_int_equal(0, mdb_env_set_mapsize(spool->env, 1 << 20));
    while (n < 4096 && ilf__spool_append(spool, &p, 1, &owner_a, &err) == ILF_OK)
        sequences[n++] = p->sequence;
    assert_true(n < 4096);
    assert_non_null(strstr(err.text, "full: its file has grown to"));
    for (size_t i = 0; i < n; i += 7)
        assert_works(ilf__spool_remove(spool, sequences + i, 1, &err));
    assert_works(ilf__spool_append(spool, &p, 1, &owner_a, &err));
    free(p);
    ilf__spool_close(spool, &owner_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(gives_back_what_was_put_in_order_after_a_restart),
        test_with_folder(payloads_without_a_claim_come_in_their_turn_and_are_not_said_to_repeat),
        test_with_folder(one_who_closes_leaves_his_claims_to_the_other),
        test_with_folder(removes_and_counts),
        test_with_folder(parts_take_the_place_and_the_claim_of_the_whole),
        test_with_folder(parts_that_find_no_place_go_to_the_end),
        test_with_folder(is_bounded_by_bytes),
        test_with_folder(keeps_ten_thousand_payloads_of_random_sizes_in_order),
        test_with_folder(reuses_the_room_of_what_was_removed),
        test_with_folder(removing_works_when_the_map_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
