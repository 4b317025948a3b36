/* Tests of cbridge/arena.c. */
#include <ilf_test.h>

#include <malloc.h>
#include <stddef.h>

#include "arena.h"

static void *take(struct ilf__arena *arena, size_t size)
{
    void *ptr = ilf__arena_alloc(arena, size);

    assert_non_null(ptr);
    return ptr;
}

/* Bytes that the newest chunk has from the C library. */
static size_t held(const struct ilf__arena *arena)
{
    return arena->chunk ? malloc_usable_size(arena->chunk) : 0;
}

static void aligns_for_any_type(void **state)
{
    struct ilf__arena arena = {0};

    (void)state;
    for (size_t size = 0; size < 600; size++) {
        unsigned char *ptr = take(&arena, size);

        assert_int_equal(0, (uintptr_t)ptr % _Alignof(max_align_t));
        memset(ptr, 0xff, size);
    }
    ilf__arena_dispose(&arena);
}

static void gives_no_byte_twice(void **state)
{
    struct ilf__arena arena = {0};
    uint64_t random = 1;
    struct {
        unsigned char *ptr;
        size_t size;
    } pieces[500];

    (void)state;
    for (size_t i = 0; i < 500; i++) {
        pieces[i].size = test_random(&random) % 1000;
        pieces[i].ptr = take(&arena, pieces[i].size);
        memset(pieces[i].ptr, (int)(i & 0xff), pieces[i].size);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < pieces[i].size; j++)
            assert_int_equal(i & 0xff, pieces[i].ptr[j]);
    ilf__arena_dispose(&arena);
}

static void allocates_nothing_as_well(void **state)
{
    struct ilf__arena arena = {0};

    (void)state;
    take(&arena, 0);
    assert_int_equal(0, arena.used);
    ilf__arena_dispose(&arena);
}

static void takes_a_piece_that_is_larger_than_any_chunk(void **state)
{
    struct ilf__arena arena = {0};
    unsigned char *small = take(&arena, 10), *large;

    (void)state;
    memset(small, 1, 10);
    large = take(&arena, 1 << 20);
    memset(large, 2, 1 << 20);
    assert_memory_equal("\1\1\1\1\1\1\1\1\1\1", small, 10);
    ilf__arena_dispose(&arena);
}

static void doubles_its_chunks_while_growing(void **state)
{
    struct ilf__arena arena = {0};
    struct ilf__chunk *last = NULL;
    int chunks = 0;

    (void)state;
    for (int i = 0; i < 1 << 16; i++) { /* 1 MiB */
        take(&arena, 16);
        chunks += arena.chunk != last;
        last = arena.chunk;
    }
    assert_in_range(chunks, 2, 9); /* 4 KiB, 4, 8, 16 ... 512 */
    assert_int_equal(1 << 20, arena.used);
    ilf__arena_dispose(&arena);
}

static void gives_the_same_memory_again_after_a_reset(void **state)
{
    struct ilf__arena arena = {0};
    void *first = take(&arena, 100);

    (void)state;
    ilf__arena_reset(&arena);
    assert_int_equal(0, arena.used);
    assert_ptr_equal(first, take(&arena, 100));
    ilf__arena_dispose(&arena);
}

static void keeps_one_chunk_for_a_steady_load(void **state)
{
    struct ilf__arena arena = {0};
    struct ilf__chunk *kept;

    (void)state;
    for (int i = 0; i < 1000; i++)
        take(&arena, 100);
    ilf__arena_reset(&arena);
    kept = arena.chunk;
    assert_in_range(held(&arena), 1000 * 112, 1000 * 112 + 4096);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++)
            take(&arena, 100);
        assert_ptr_equal(kept, arena.chunk);
        ilf__arena_reset(&arena);
        assert_ptr_equal(kept, arena.chunk);
    }
    ilf__arena_dispose(&arena);
}

static void shrinks_after_a_giant(void **state)
{
    struct ilf__arena arena = {0};

    (void)state;
    take(&arena, 8 << 20);
    ilf__arena_reset(&arena);
    assert_in_range(held(&arena), 8 << 20, 9 << 20); /* it may come again */
    take(&arena, 100);
    ilf__arena_reset(&arena);
    assert_in_range(held(&arena), 4096, 8192);
    ilf__arena_dispose(&arena);
}

static void resets_and_disposes_of_nothing(void **state)
{
    struct ilf__arena arena = {0};

    (void)state;
    ilf__arena_reset(&arena);
    assert_null(arena.chunk);
    ilf__arena_dispose(&arena);
    ilf__arena_dispose(&arena);
    assert_null(arena.chunk);
}

static void works_again_after_dispose(void **state)
{
    struct ilf__arena arena = {0};

    (void)state;
    memset(take(&arena, 5000), 1, 5000);
    ilf__arena_dispose(&arena);
    assert_null(arena.chunk);
    assert_int_equal(0, arena.used);
    memset(take(&arena, 5000), 2, 5000);
    assert_int_equal(5008, arena.used);
    ilf__arena_dispose(&arena);
}

static void refuses_sizes_that_would_wrap(void **state)
{
    struct ilf__arena arena = {0};
    char *kept = take(&arena, 8);

    (void)state;
    memcpy(kept, "1234567", 8);
    for (size_t less = 0; less <= 32; less++)
        assert_null(ilf__arena_alloc(&arena, SIZE_MAX - less));
    assert_null(ilf__arena_strdup(&arena, (ilf_str){"", SIZE_MAX}));
    assert_null(ilf__arena_strdup(&arena, (ilf_str){"", SIZE_MAX - 1}));
    assert_int_equal(16, arena.used);
    assert_string_equal("1234567", kept);
    take(&arena, 8);
    ilf__arena_dispose(&arena);
}

static void copies_strings_with_all_their_bytes(void **state)
{
    struct ilf__arena arena = {0};

    (void)state;
    assert_memory_equal("a\0b\0\0\xff", ilf__arena_strdup(&arena, S("a\0b\0\0\xff")), 7);
    assert_string_equal("", ilf__arena_strdup(&arena, S("")));
    assert_string_equal("", ilf__arena_strdup(&arena, (ilf_str){NULL, 0}));
    ilf__arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_for_any_type),
        cmocka_unit_test(gives_no_byte_twice),
        cmocka_unit_test(allocates_nothing_as_well),
        cmocka_unit_test(takes_a_piece_that_is_larger_than_any_chunk),
        cmocka_unit_test(doubles_its_chunks_while_growing),
        cmocka_unit_test(gives_the_same_memory_again_after_a_reset),
        cmocka_unit_test(keeps_one_chunk_for_a_steady_load),
        cmocka_unit_test(shrinks_after_a_giant),
        cmocka_unit_test(resets_and_disposes_of_nothing),
        cmocka_unit_test(works_again_after_dispose),
        cmocka_unit_test(refuses_sizes_that_would_wrap),
        cmocka_unit_test(copies_strings_with_all_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
