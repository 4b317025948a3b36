/* Random runs of delivery: whatever the sink says and whenever the pipeline stops, every record is
 * delivered, or dead-lettered, or in the spool, or counted as lost. $ILF_RUNS is their number. */
#include "delivery_test.h"

enum { RECORDS = 400, MOST = 40 };

struct chaos {
    uint64_t random;  /* of the script, under the sink's lock */
    uint64_t mine;    /* of the test's thread */
    unsigned trouble; /* percent of sends that do not simply succeed */
    bool partial, never, repeats;
};

static uint64_t draw(struct chaos *c, uint64_t n)
{
    return test_random(&c->random) % n;
}

static uint64_t pick(struct chaos *c, uint64_t n)
{
    return test_random(&c->mine) % n;
}

static void answer_any(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    struct chaos *c = s->script;
    static const int32_t codes[] = {0, 429, 500, 503, 413, 400};

    if (draw(c, 3) == 0)
        a->after = 1 + draw(c, 1500000);
    if (draw(c, 100) >= c->trouble)
        return;
    a->result.verdict = (ilf_verdict)(1 + draw(c, 3));
    a->result.code = codes[draw(c, 6)];
    a->result.reason = S("trouble");
    if (a->result.verdict == ILF_RETRY && draw(c, 2) == 0)
        a->result.flags |= ILF_RESULT_UNREACHED;
    if (a->result.verdict == ILF_RETRY && draw(c, 8) == 0)
        a->result.retry_after = (int64_t)draw(c, 3000000);
    if (c->never && draw(c, 10) == 0)
        a->after = 20000000; /* longer than StopTimeout: cancelled, if the stop comes */
    if (!c->partial || draw(c, 2) == 0 || p->n_records > 4096)
        return;
    a->by_record = true;
    for (size_t i = 0; i < p->n_records; i++)
        a->records[i] = (uint8_t)draw(c, 4);
}

/* Flush up to MOST records with ids from @id on, of a few destinations and keys. */
static size_t flush_some(struct chaos *c, ilf_flusher *f, size_t id)
{
    size_t n = 1 + pick(c, MOST), len = 0;
    char text[MOST * 128];

    for (size_t i = 0; i < n; i++) {
        char pad[80];
        size_t pads = pick(c, 60);

        memset(pad, '.', pads);
        pad[pads] = '\0';
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%c/%zu/%s%zu%s%s ",
                                (char)('a' + pick(c, 3)), (id + i) % 7, pick(c, 40) == 0 ? "!" : "",
                                id + i, ":", pad);
    }
    assert_int_equal(ILF_OK, test_flush(f, text));
    return n;
}

/* The letters in @path, and in those that were moved to @path.1 and so on. */
static size_t count_letters(const char *path, unsigned moved)
{
    size_t len, n = 0;
    char name[600];

    for (unsigned i = 0; i <= moved; i++) {
        char *text;

        (void)snprintf(name, sizeof(name), i > 0 ? "%s.%u" : "%s", path, i);
        text = test_read_file(name, &len);
        for (size_t k = 0; k < len; k++)
            n += text[k] == '\n';
        free(text);
        (void)unlink(name);
    }
    return n;
}

/* A folder in the place of the dead letters keeps them from being written, until it is removed. */
static void break_letters(const char *path, unsigned *moved)
{
    char name[600];

    if (rmdir(path) == 0)
        return;
    (void)snprintf(name, sizeof(name), "%s.%u", path, *moved + 1);
    *moved += rename(path, name) == 0;
    (void)mkdir(path, 0700);
}

static uint64_t lost(ilf_flusher *f)
{
    uint64_t n = 0;

    for (int end = ILF__END_REJECTED; end < ILF__ENDS; end++)
        n += test_end(f, (enum ilf__end)end);
    return n;
}

static const char *const full[] = {"block", "drop-newest", "drop-oldest"};

static void one_run(uint64_t seed, bool spool, bool letters, bool breaks)
{
    struct chaos c = {.random = seed * 2654435761u + 1, .mine = seed * 40503u + 7};
    unsigned seen[RECORDS + MOST * 4] = {0};
    uint64_t accepted = 0, ends[ILF__ENDS] = {0}, in_spool = 0;
    const char *orders[] = {"none", "key", "all"};
    char config[2048], dead[512], folder[512];
    ilf_flusher *f[2] = {NULL, NULL};
    size_t id = 0, deaths;
    unsigned moved = 0;

    (void)snprintf(dead, sizeof(dead), "%s", test_path("dead"));
    (void)snprintf(folder, sizeof(folder), "%s", test_path("spool"));
    (void)unlink(dead);
    c.trouble = (unsigned)pick(&c, 90);
    c.partial = pick(&c, 2);
    c.never = pick(&c, 4) == 0;
    (void)snprintf(
        config, sizeof(config),
        "{\"Batch\":{\"MaxBytes\":%d,\"MaxRecords\":%d,\"MaxAge\":\"%dms\"},"
        "\"Queue\":{\"MaxBytes\":%d,\"MaxRecords\":%d,\"WhenFull\":\"%s\"},"
        "\"Delivery\":{\"Concurrency\":%d,\"Order\":\"%s\",\"Adaptive\":%s},"
        "\"Retry\":{\"InitialDelay\":\"1ms\",\"MaxDelay\":\"2ms\",\"MaxRetryTimes\":%d},"
        "\"Breaker\":{\"OpenTime\":\"1ms\",\"MaxOpenTime\":\"2ms\",\"Failures\":%d},"
        "\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"},\"DeadLetters\":{\"Path\":\"%s\"},"
        "\"StopTimeout\":\"%dms\"}",
        (int)(64 + pick(&c, 1000)), (int)pick(&c, 20), (int)pick(&c, 3),
        (int)(breaks ? 1 << 30 : 2000 + pick(&c, 20000)), (int)(breaks ? 0 : pick(&c, 2) * 50),
        full[pick(&c, 3)], (int)(1 + pick(&c, 8)), orders[pick(&c, 3)],
        pick(&c, 2) ? "true" : "false", (int)pick(&c, 5) - 1, (int)pick(&c, 4), spool ? folder : "",
        letters ? dead : "", (int)pick(&c, 10));
    sink->seen = seen;
    sink->n_seen = sizeof(seen) / sizeof(seen[0]);
    sink->script = &c;
    sink->answer = answer_any;
    sink->tuning.n_endpoints = 1 + pick(&c, 3);
    f[0] = test_start_ops(&test_delivered,
                          &(ilf_host){.struct_size = sizeof(ilf_host), .log = test_no_log}, config);
    for (size_t i = 0, n = 1 + pick(&c, RECORDS / MOST); i < n; i++) {
        id += flush_some(&c, f[0], id);
        assert_true(ilf__delivery_is_conserved(f[0]->delivery));
        (void)ilf_flusher_is_ready(f[0], NULL);
        if (breaks && pick(&c, 2))
            break_letters(dead, &moved);
    }
    if (breaks && pick(&c, 2)) /* else it stays so until the end */
        (void)rmdir(dead);
    if (!breaks && pick(&c, 2)) { /* a reload: the new one starts while the old one works */
        f[1] = test_start_ops(&test_delivered,
                              &(ilf_host){.struct_size = sizeof(ilf_host), .log = test_no_log},
                              config);
        ilf_flusher_set_urgent(f[0], false);
        id += flush_some(&c, f[0], id);
        id += flush_some(&c, f[1], id);
    }
    for (int i = 0; i < 2 && f[i]; i++) /* the last one is for good, and ends the other too */
        assert_works(ilf_flusher_stop(f[i], &err));
    for (int i = 0; i < 2; i++) {
        struct ilf__counts *n = f[i] ? ilf__delivery_counts(f[i]->delivery) : NULL;

        if (!f[i])
            continue;
        if (!ilf__delivery_is_conserved(f[i]->delivery))
            fail_msg("seed %llu: %s", (unsigned long long)seed, config);
        assert_int_equal(0, test_queued(f[i]));
        accepted += test_count(&n->accepted);
        in_spool += test_count(&n->parked) - test_count(&n->recovered);
        for (int end = 0; end < ILF__ENDS; end++)
            ends[end] += test_end(f[i], (enum ilf__end)end);
        if (letters && !breaks)
            assert_int_equal(lost(f[i]),
                             test_end(f[i], ILF__END_FULL) + test_end(f[i], ILF__END_ACTION));
        ilf_flusher_free(f[i]);
    }
    assert_int_equal(id, accepted);
    if (letters) {
        (void)rmdir(dead);
        deaths = count_letters(dead, moved);
        if (deaths != ends[ILF__END_DEAD])
            fail_msg("seed %llu: %zu letters of %llu: %s", (unsigned long long)seed, deaths,
                     (unsigned long long)ends[ILF__END_DEAD], config);
    }
    if (spool) { /* the next process finds all that was left */
        sink->answer = test_answer_ok;
        f[0] = test_start_ops(&test_delivered, NULL, config);
        wait_until(test_end(f[0], ILF__END_DELIVERED) == in_spool);
        test_stop_with(f[0], ILF__END_DELIVERED, in_spool);
        ends[ILF__END_DELIVERED] += in_spool;
        test_remove(folder);
    } else {
        assert_int_equal(0, in_spool);
    }
    for (int end = 0; end < ILF__ENDS; end++)
        accepted -= ends[end];
    assert_int_equal(0, accepted);
    deaths = 0;
    for (size_t i = 0; i < id; i++)
        deaths += seen[i] == 0;
    for (int end = 0; end < ILF__ENDS; end++)
        deaths -= end == ILF__END_DELIVERED ? 0 : ends[end];
    if ((int64_t)deaths > 0) /* a record that nobody has and that was not counted */
        fail_msg("seed %llu: %zu records: %s", (unsigned long long)seed, deaths, config);
}

static unsigned runs(unsigned least)
{
    const char *wanted = getenv("ILF_RUNS");

    return wanted ? (unsigned)atoi(wanted) : least;
}

static uint64_t first_seed(void)
{
    const char *wanted = getenv("ILF_SEED");

    return wanted ? strtoull(wanted, NULL, 10) : 1;
}

static void loses_nothing_that_it_does_not_count(void **state)
{
    (void)state;
    for (unsigned i = 0; i < runs(1000); i++)
        one_run(first_seed() + i, false, i % 2, false);
}

static void loses_nothing_with_a_spool(void **state)
{
    (void)state;
    for (unsigned i = 0; i < runs(1000) / 10; i++)
        one_run(first_seed() + i, true, i % 2, false);
}

static void loses_nothing_while_dead_letters_can_not_be_written(void **state)
{
    (void)state;
    for (unsigned i = 0; i < runs(1000) / 5; i++)
        one_run(first_seed() + i, i % 4 == 0, true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(loses_nothing_that_it_does_not_count),
        test_with_sink(loses_nothing_with_a_spool),
        test_with_sink(loses_nothing_while_dead_letters_can_not_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
