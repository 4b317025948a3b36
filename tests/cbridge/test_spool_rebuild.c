/* Tests of cbridge/spool_rebuild.c: what becomes of a damaged store. */
#include "spool_test.h"

/* Rebuilding waits for the disk, which thousands of runs have no need to. LMDB finds these. */
__attribute__((visibility("default"))) int fdatasync(int fd);
__attribute__((visibility("default"))) int fsync(int fd);

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return 0;
}

enum { PAYLOADS = 120, REMOVED = 40 };

/* A store with a history: short and long payloads, some removed, some replaced, and free pages. */
static void make_store(void)
{
    static uint64_t sequences[PAYLOADS];
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct ilf__payload *p;

    for (uint64_t i = 0; i < PAYLOADS; i++)
        sequences[i] = test_append(spool, test_numbered(i, i % 3 ? 300 : 7000), &owner_a);
    for (size_t i = 0; i < REMOVED; i += 8)
        assert_works(ilf__spool_remove(spool, sequences + i, 8, &err));
    p = test_numbered(REMOVED, 250);
    assert_works(ilf__spool_replace(spool, sequences[REMOVED], &p, 1, &err));
    free(p);
    ilf__spool_close(spool, &owner_a);
}

/* What came out of a spool. */
struct drained {
    bool got[PAYLOADS];
    size_t wrong; /* orders or contents */
    size_t lost;  /* of those that were not removed */
    size_t extra; /* of those that were */
    uint64_t damaged;
};

static struct drained drain(void)
{
    struct ilf__spool *spool = test_open_spool(&owner_a);
    struct drained d = {.wrong = 0};
    struct ilf__payload *p;
    uint64_t last = 0;

    while ((p = test_next(spool, &owner_a))) {
        uint64_t i = test_number(p), sequence = p->sequence;

        assert_numbered(p);
        assert_true(i < PAYLOADS);
        d.wrong += d.got[i] || sequence <= last;
        d.got[i] = true;
        last = sequence;
        free(p);
        assert_works(ilf__spool_remove(spool, &sequence, 1, &err));
    }
    for (uint64_t i = 0; i < PAYLOADS; i++)
        if (i < REMOVED)
            d.extra += d.got[i];
        else
            d.lost += !d.got[i];
    d.damaged = test_stats(spool).damaged;
    assert_int_equal(0, test_stats(spool).payloads);
    test_append(spool, test_numbered(1, 100), &owner_a); /* and it goes on working */
    ilf__spool_close(spool, &owner_a);
    return d;
}

/* Begin with the store @bytes; the log is empty. */
static void set_store(const char *bytes, size_t len)
{
    test_remove(test_path("s"));
    assert_int_equal(0, mkdir(test_path("s"), 0700));
    test_write_file(test_path("s/data.mdb"), bytes, len);
    forget_log();
}

static size_t count_files(const char *prefix)
{
    DIR *dir = opendir(test_path("s"));
    const struct dirent *entry;
    size_t n = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    closedir(dir);
    return n;
}

static void a_sound_store_is_left_as_it_is(void **state)
{
    struct drained d;

    (void)state;
    make_store();
    forget_log();
    d = drain();
    assert_int_equal(0, d.lost + d.extra + d.wrong + d.damaged);
    assert_string_equal("", spool_log.text);
    assert_int_equal(0, count_files("damaged-"));
}

static void flipped_bits_lose_no_more_than_the_payloads_they_hit(void **state)
{
    uint64_t random = 3, seeds = test_seeds(1500), rebuilt = 0, set_aside = 0;
    size_t len;
    char *good, *bytes;

    (void)state;
    make_store();
    good = test_read_file(test_path("s/data.mdb"), &len);
    bytes = malloc(len);
    for (uint64_t seed = 0; seed < seeds; seed++) {
        size_t flips = seed % 2 ? 1 : test_random(&random) % 20 + 1;
        struct drained d;

        memcpy(bytes, good, len);
        for (size_t i = 0; i < flips; i++) {
            /* Half of them in the meta pages and the first bytes of pages, where it hurts. */
            size_t at = test_random(&random) % len;

            if (test_random(&random) % 2)
                at = at % 4 == 0 ? at % 160 + (at / 160 % 2) * 4096 : at / 4096 * 4096 + at % 48;
            bytes[at] = (char)(bytes[at] ^ 1 << test_random(&random) % 8);
        }
        set_store(bytes, len);
        d = drain();
        if (d.wrong || d.lost > flips || ((d.lost || d.extra) && spool_log.len == 0) ||
            (d.lost && count_files("damaged-") == 0))
            fail_msg("seed %d, %zu flips: lost %zu, extra %zu, wrong %zu, log: %s", (int)seed,
                     flips, d.lost, d.extra, d.wrong, spool_log.text);
        rebuilt += strstr(spool_log.text, "its store is damaged") != NULL;
        set_aside += d.damaged > 0;
    }
    assert_true(rebuilt > seeds / 20 && set_aside > seeds / 20); /* both were tried */
    free(good);
    free(bytes);
}

static void a_cut_file_loses_what_was_cut_and_says_so(void **state)
{
    uint64_t random = 4, seeds = test_seeds(200);
    size_t len;
    char *good;

    (void)state;
    make_store();
    good = test_read_file(test_path("s/data.mdb"), &len);
    for (uint64_t seed = 0; seed < seeds; seed++) {
        size_t left = seed % 4 ? test_random(&random) % len : seed * 13 % 9000;
        struct drained d;

        set_store(good, left);
        d = drain();
        assert_int_equal(0, d.wrong);
        /* Nothing left at all looks like a new spool. */
        if (left > 0 && d.lost > 0 && !strstr(spool_log.text, "its store is damaged"))
            fail_msg("cut at %zu: lost %zu, log: %s", left, d.lost, spool_log.text);
        if (left > len - 4096 && d.lost > 60)
            fail_msg("cut at %zu of %zu: lost %zu", left, len, d.lost);
    }
    free(good);
}

static void overwritten_pages_lose_what_was_in_them(void **state)
{
    uint64_t random = 5, seeds = test_seeds(200);
    size_t len;
    char *good, *bytes;

    (void)state;
    make_store();
    good = test_read_file(test_path("s/data.mdb"), &len);
    bytes = malloc(len);
    for (uint64_t seed = 0; seed < seeds; seed++) {
        size_t to = test_random(&random) % (len / 4096), from = test_random(&random) % (len / 4096);
        struct drained d;

        memcpy(bytes, good, len);
        if (seed % 3 == 0) /* an old page, as after a write that never reached the disk */
            memcpy(bytes + to * 4096, good + from * 4096, 4096);
        else
            for (size_t i = 0; i < 4096; i++)
                bytes[to * 4096 + i] = seed % 3 == 1 ? '\0' : (char)test_random(&random);
        set_store(bytes, len);
        d = drain();
        if (d.wrong || d.lost > 14 || ((d.lost || d.extra) && spool_log.len == 0))
            fail_msg("seed %d: lost %zu, extra %zu, wrong %zu, log: %s", (int)seed, d.lost, d.extra,
                     d.wrong, spool_log.text);
    }
    free(good);
    free(bytes);
}

static void a_foreign_file_is_moved_aside(void **state)
{
    char *big = calloc(1, 3 << 20);
    struct drained d;

    (void)state;
    set_store("no LMDB file at all", 19);
    d = drain();
    assert_int_equal(PAYLOADS - REMOVED, d.lost);
    assert_non_null(strstr(spool_log.text, "of an unknown number that it held"));
    assert_int_equal(1, count_files("damaged-"));
    set_store(big, 3 << 20);
    (void)drain();
    assert_int_equal(1, count_files("damaged-"));
    free(big);
}

static void says_how_many_it_found_and_where_the_rest_is_kept(void **state)
{
    size_t len;
    char *bytes, want[256];

    (void)state;
    make_store();
    bytes = test_read_file(test_path("s/data.mdb"), &len);
    bytes[4096 + 16] ^= 1; /* the magic of the second meta page */
    set_store(bytes, len);
    (void)drain();
    (void)snprintf(want, sizeof(want),
                   "3 spool '%s': its store is damaged (page 1: is not a meta page); ",
                   test_path("s"));
    assert_memory_equal(want, spool_log.text, strlen(want));
    assert_non_null(strstr(spool_log.text, " payloads were found in it, of 80 that it held, and go "
                                           "on, some perhaps once more; the damaged file is kept "
                                           "as "));
    assert_int_equal(1, count_files("damaged-"));
    free(bytes);
}

static void a_damaged_store_of_another_flusher_is_left_alone(void **state)
{
    struct ilf__spool_options options;
    struct ilf__spool *spool;
    ilf_error err;
    size_t len;
    char *bytes;

    (void)state;
    make_store();
    bytes = test_read_file(test_path("s/data.mdb"), &len);
    bytes[4096 + 16] ^= 1;
    set_store(bytes, len);
    options = test_spool_options(test_path("s"));
    assert_int_equal(ILF_ERR_CONFIG, ilf__spool_open(&spool, &options, "flusher_c_y",
                                                     test_spool_tell, &owner_a, &err));
    assert_non_null(strstr(err.text, "it is damaged, and holds payloads of a flusher_c_x, not of a "
                                     "flusher_c_y"));
    assert_int_equal(0, count_files("damaged-"));
    free(bytes);
}

static void a_rebuild_that_a_crash_broke_off_is_finished_or_forgotten(void **state)
{
    struct drained d;
    size_t len;
    char *good;

    (void)state;
    make_store();
    good = test_read_file(test_path("s/data.mdb"), &len);
    test_remove(test_path("s")); /* the damaged one was moved aside already */
    assert_int_equal(0, mkdir(test_path("s"), 0700));
    test_write_file(test_path("s/rebuild.mdb"), good, len);
    d = drain();
    assert_int_equal(0, d.lost);
    set_store(good, len); /* it was not yet */
    test_write_file(test_path("s/rebuild.mdb"), good, len / 2);
    d = drain();
    assert_int_equal(0, d.lost);
    assert_int_equal(0, count_files("rebuild"));
    free(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_folder(a_sound_store_is_left_as_it_is),
        test_with_folder(flipped_bits_lose_no_more_than_the_payloads_they_hit),
        test_with_folder(a_cut_file_loses_what_was_cut_and_says_so),
        test_with_folder(overwritten_pages_lose_what_was_in_them),
        test_with_folder(a_foreign_file_is_moved_aside),
        test_with_folder(says_how_many_it_found_and_where_the_rest_is_kept),
        test_with_folder(a_damaged_store_of_another_flusher_is_left_alone),
        test_with_folder(a_rebuild_that_a_crash_broke_off_is_finished_or_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
