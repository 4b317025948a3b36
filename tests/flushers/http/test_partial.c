/* Tests of flushers/http/partial.c. */
#include "../../../flushers/http/partial.h"

#include "ilf_test.h"

static void expect(ilf_str reply, uint64_t rejected, const char *message)
{
    struct partial partial;
    bool any = http_partial(reply, &partial);

    if (partial.rejected != rejected || strcmp(partial.message, message) != 0)
        fail_msg("%.*s: %llu, %s", (int)reply.len, reply.ptr, (unsigned long long)partial.rejected,
                 partial.message);
    assert_int_equal(any, rejected > 0 || *message);
}

static void reads_protobuf(void **state)
{
    (void)state;
    expect(S(""), 0, "");
    expect(S("\x0a\x00"), 0, "");
    expect(S("\x0a\x02\x08\x02"), 2, "");
    expect(S("\x0a\x06\x12\x04"
             "full"),
           0, "full");
    expect(S("\x0a\x09\x08\xac\x02\x12\x04"
             "full"),
           300, "full");
    expect(S("\x12\x01x\x1d"
             "1234\x21"
             "12345678\x28\x05\x0a\x02\x08\x02"),
           2, ""); /* behind fields of a later release */
}

static void reads_json_in_either_case_and_numbers_as_strings(void **state)
{
    (void)state;
    expect(S("{}"), 0, "");
    expect(S("{\"partialSuccess\":{}}"), 0, "");
    expect(S("{\"partialSuccess\":{\"rejectedLogRecords\":\"2\",\"errorMessage\":\"no\"}}"), 2,
           "no");
    expect(S(" {\"partialSuccess\":{\"rejectedDataPoints\":3}}"), 3, "");
    expect(S("{\"partial_success\":{\"rejected_spans\":4,\"error_message\":\"x\"}}"), 4, "x");
    expect(S("{\"partialSuccess\":null}"), 0, "");
    expect(S("{\"partialSuccess\":{\"rejectedSpans\":-1,\"errorMessage\":7}}"), 0, "");
}

static void what_is_none_tells_nothing(void **state)
{
    char many[4000];

    (void)state;
    expect(S("ok"), 0, "");
    expect(S("{\"partialSuccess\":{\"rejectedLog"), 0, "");
    expect(S("\x0a\x7f\x08\x02"), 0, "");
    expect(S("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0, ""); /* -1 */
    expect(S("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0, "");
    memset(many, '[', sizeof(many));
    many[0] = '{';
    expect((ilf_str){many, sizeof(many)}, 0, "");
}

static void a_long_message_is_cut(void **state)
{
    struct partial partial;
    char reply[3000];

    (void)state;
    memset(reply, 'm', sizeof(reply));
    memcpy(reply, "\x0a\xb5\x17\x12\xb2\x17", 6); /* 2997 bytes, of which 2994 are the message */
    assert_false(http_partial((ilf_str){reply, 2999}, &partial));
    memcpy(reply, "\x0a\xb3\x17\x12\xb0\x17", 6);
    assert_true(http_partial((ilf_str){reply, 3000}, &partial));
    assert_int_equal(sizeof(partial.message) - 1, strlen(partial.message));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_protobuf),
        cmocka_unit_test(reads_json_in_either_case_and_numbers_as_strings),
        cmocka_unit_test(what_is_none_tells_nothing),
        cmocka_unit_test(a_long_message_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
