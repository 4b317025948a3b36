/* What the tests of the spool share: payloads, spools in the test's folder, what they log. */
#ifndef ILF_TESTS_SPOOL_TEST_H
#define ILF_TESTS_SPOOL_TEST_H

#include "ilf_test.h"

#include "spool.h"

static struct test_log spool_log;

static inline void test_spool_tell(void *owner, ilf_level level, const char *text)
{
    (void)owner;
    test_log_line(&spool_log, level, (ilf_str){text, strlen(text)});
}

static inline void forget_log(void)
{
    spool_log = (struct test_log){.len = 0};
}

/* Owners, of whom only the address counts. */
__attribute__((unused)) static char owner_a, owner_b;

/* A payload of one record per string, for one destination. */
static inline struct ilf__payload *test_payload(ilf_str bytes, size_t n_records)
{
    ilf_record_end ends[64];
    ilf_payload like = {.struct_size = sizeof(like),
                        .id = ilf__payload_id(),
                        .destination = S("topic"),
                        .bytes = bytes,
                        .ends = ends,
                        .n_records = n_records,
                        .n_events = n_records,
                        .accepted_at = 1700000000000000000 + bytes.len};
    struct ilf__payload *p;

    for (size_t i = 0; i < n_records; i++)
        ends[i] = (ilf_record_end){(uint32_t)(bytes.len * (i + 1) / n_records), 1};
    p = ilf__payload_copy(&like, 7);
    assert_non_null(p);
    return p;
}

static inline struct ilf__payload *test_text(const char *text)
{
    return test_payload((ilf_str){text, strlen(text)}, 1);
}

/* Payload number @i of a run: its number in its first 8 bytes, then bytes that follow from it. */
static inline struct ilf__payload *test_numbered(uint64_t i, size_t len)
{
    uint64_t state = i * 2654435761u + 1;
    char *bytes = malloc(len + 8);
    struct ilf__payload *p;

    assert_non_null(bytes);
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = test_random(&state);

        memcpy(bytes + at, &word, 8); /* the 8 bytes more are for this */
    }
    memcpy(bytes, &i, sizeof(i));
    p = test_payload((ilf_str){bytes, len < 8 ? 8 : len}, 1);
    free(bytes);
    return p;
}

static inline uint64_t test_number(const struct ilf__payload *p)
{
    uint64_t i;

    assert_true(p->shown.bytes.len >= sizeof(i));
    memcpy(&i, p->shown.bytes.ptr, sizeof(i));
    return i;
}

/* Fail unless the payload is what test_numbered made. */
static inline void assert_numbered(const struct ilf__payload *p)
{
    struct ilf__payload *want = test_numbered(test_number(p), p->shown.bytes.len);

    assert_memory_equal(want->shown.bytes.ptr, p->shown.bytes.ptr, p->shown.bytes.len);
    free(want);
}

static inline struct ilf__spool_options test_spool_options(const char *path)
{
    return (struct ilf__spool_options){
        .path = path, .max_bytes = 64 << 20, .sync = ILF__SYNC_NEVER, .sync_interval = 1000000000};
}

static inline struct ilf__spool *test_open_with(const struct ilf__spool_options *options,
                                                void *owner)
{
    struct ilf__spool *spool = NULL;

    assert_works(ilf__spool_open(&spool, options, "flusher_c_x", test_spool_tell, owner, &err));
    return spool;
}

/* The spool "s" in the test's folder. */
static inline struct ilf__spool *test_open_spool(void *owner)
{
    const struct ilf__spool_options options = test_spool_options(test_path("s"));

    return test_open_with(&options, owner);
}

/* Append @p, which is freed; returns its sequence. */
static inline uint64_t test_append(struct ilf__spool *spool, struct ilf__payload *p,
                                   const void *owner)
{
    uint64_t sequence;

    assert_works(ilf__spool_append(spool, &p, 1, owner, &err));
    sequence = p->sequence;
    free(p);
    return sequence;
}

/* The next payload, NULL if none; free it. */
static inline struct ilf__payload *test_next(struct ilf__spool *spool, const void *owner)
{
    struct ilf__payload *p;

    assert_works(ilf__spool_next(spool, &p, owner, &err));
    return p;
}

/* Fail unless the next payload is @text. Returns its sequence. */
static inline uint64_t assert_next(struct ilf__spool *spool, const char *text, const void *owner)
{
    struct ilf__payload *p = test_next(spool, owner);
    uint64_t sequence;

    if (!p)
        fail_msg("no payload, want %s", text);
    if (p->shown.bytes.len != strlen(text) ||
        memcmp(p->shown.bytes.ptr, text, p->shown.bytes.len) != 0)
        fail_msg("got %.*s, want %s", (int)p->shown.bytes.len, p->shown.bytes.ptr, text);
    sequence = p->sequence;
    free(p);
    return sequence;
}

static inline struct ilf__spool_stats test_stats(struct ilf__spool *spool)
{
    struct ilf__spool_stats stats;

    ilf__spool_stats(spool, &stats);
    return stats;
}

#endif
