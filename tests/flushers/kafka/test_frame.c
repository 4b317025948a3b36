/* Tests of flushers/kafka/frame.c. */
#include "../../../flushers/kafka/frame.h"

#include "ilf_test.h"

static struct ilf__text text;

static int release(void **state)
{
    (void)state;
    ilf__text_dispose(&text);
    return 0;
}

/* The frame of @value with the rest. */
static ilf_str make(ilf_str value, const ilf_str *key, ilf_str headers, int64_t time)
{
    text.len = 0;
    ilf__text_put_str(&text, value);
    frame_end(&text, key, headers, time);
    assert_false(text.failed);
    return (ilf_str){text.ptr, text.len};
}

static void assert_str(const char *want, ilf_str got)
{
    assert_int_equal(strlen(want), got.len);
    assert_memory_equal(want, got.ptr, got.len);
}

static void is_text_that_people_can_read(void **state)
{
    (void)state;
    assert_str("{}\n1", make(S("{}"), NULL, S(""), 0));
    assert_str("{}web\n1 k3", make(S("{}"), &S("web"), S(""), 0));
    assert_str("{}web1,2:nvv\n1 k3 h7 t1700000000000",
               make(S("{}"), &S("web"), S("1,2:nvv"), 1700000000000));
}

static void comes_apart_as_it_was_put_together(void **state)
{
    static const ilf_str values[] = {S_CONST(""), S_CONST("v"), S_CONST("a\n1 k5\n1"),
                                     S_CONST("\0\n1")};
    static const ilf_str keys[] = {S_CONST(""), S_CONST("k"), S_CONST("\n1 k1")};
    static const int64_t times[] = {0, 1, 999999999999999999};
    struct ilf__text headers = {0};

    (void)state;
    frame_put_header(&headers, S("n,"), S(":v\n1 h3"));
    frame_put_header(&headers, S(""), S(""));
    for (size_t v = 0; v < 4; v++)
        for (size_t k = 0; k < 4; k++)
            for (size_t h = 0; h < 2; h++)
                for (size_t t = 0; t < 3; t++) {
                    const ilf_str *key = k < 3 ? &keys[k] : NULL;
                    ilf_str block = {headers.ptr, h ? headers.len : 0}, name, value;
                    struct frame frame;

                    assert_true(frame_parse(make(values[v], key, block, times[t]), &frame));
                    assert_true(ilf_str_equal(values[v], frame.value));
                    assert_true(key ? frame.key.ptr && ilf_str_equal(*key, frame.key)
                                    : !frame.key.ptr);
                    assert_int_equal(times[t], frame.time);
                    assert_true(ilf_str_equal(block, frame.headers));
                    assert_int_equal(h, frame_next_header(&frame.headers, &name, &value));
                    if (!h)
                        continue;
                    assert_str("n,", name);
                    assert_str(":v\n1 h3", value);
                    assert_true(frame_next_header(&frame.headers, &name, &value));
                    assert_int_equal(0, name.len + value.len);
                    assert_false(frame_next_header(&frame.headers, &name, &value));
                }
    ilf__text_dispose(&headers);
}

static void refuses_what_is_none(void **state)
{
    static const ilf_str wrong[] = {
        S_CONST(""),
        S_CONST("1"),
        S_CONST("v"),
        S_CONST("v\n"),
        S_CONST("v\n2"),    /* of a later release */
        S_CONST("v\n1 k2"), /* a key that is larger than all there is */
        S_CONST("v\n1 h2"),
        S_CONST("kv\n1 k2 h1"),
        S_CONST("v\n1 k"),
        S_CONST("v\n1 k "),
        S_CONST("v\n1 k-1"),
        S_CONST("v\n1 k1x"),
        S_CONST("v\n1 x1"),
        S_CONST("v\n1k1"),
        S_CONST("v\n1  "),
        S_CONST("v\n1 k1 "),
        S_CONST("v\n1 k99999999999999999999"),
        S_CONST("v\n1 k18446744073709551617"),
        S_CONST("v\n1 h18446744073709551615 k18446744073709551615"),
    };
    struct frame frame;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char *exact = malloc(wrong[i].len > 0 ? wrong[i].len : 1); /* nothing behind it */

        memcpy(exact, wrong[i].ptr, wrong[i].len);
        if (frame_parse((ilf_str){exact, wrong[i].len}, &frame))
            fail_msg("taken: %s", wrong[i].ptr);
        free(exact);
    }
    assert_false(frame_parse((ilf_str){NULL, 0}, &frame));
}

static void ends_at_headers_that_are_none(void **state)
{
    static const ilf_str wrong[] = {S_CONST(""),
                                    S_CONST("1"),
                                    S_CONST("1,"),
                                    S_CONST("1,1"),
                                    S_CONST("1,1:"),
                                    S_CONST("1,1:a"),
                                    S_CONST(",:"),
                                    S_CONST("9,9:ab"),
                                    S_CONST("0;0:"),
                                    S_CONST("-1,-1:ab"),
                                    S_CONST("999999999999999999,1:ab"),
                                    S_CONST("1,18446744073709551615:ab")};
    ilf_str name, value;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ilf_str headers = wrong[i];

        assert_false(frame_next_header(&headers, &name, &value));
    }
}

/* Frames come back from disks. */
static void survives_any_bytes(void **state)
{
    static const char pieces[][8] = {"\n1", " k", " h", " t", "1", "0", "9", ",", ":", "v", "\n"};
    uint64_t seed = 1;
    size_t taken = 0;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        char bytes[128];
        size_t len = 0, n = i % 12;
        struct frame frame;
        ilf_str name, value;
        char *exact;

        for (size_t k = 0; k < n; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            len +=
                (size_t)snprintf(bytes + len, sizeof(bytes) - len, "%s", pieces[(seed >> 33) % 11]);
        }
        exact = malloc(len + 1); /* the sanitizer sees what is read behind it */
        memcpy(exact, bytes, len);
        if (frame_parse((ilf_str){exact, len}, &frame)) {
            taken++;
            assert_true(frame.value.len + frame.key.len + frame.headers.len < len);
            while (frame_next_header(&frame.headers, &name, &value))
                assert_true(name.len + value.len < len);
        }
        free(exact);
    }
    assert_true(taken > 100);
}

#define test(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(is_text_that_people_can_read), test(comes_apart_as_it_was_put_together),
        test(refuses_what_is_none),         test(ends_at_headers_that_are_none),
        test(survives_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
