/* Tests of flushers/kafka/encode.c: which records a batch becomes. */
#include "kafka_test.h"

/* What the encoder was given, as text: "put TOPIC|BODY|KEY|n" and "reject BODY|n|why", a line each. */
struct encoding_rig {
    struct kafka_flusher f;
    char got[8192];
    ilf_status status;
};

static void add(struct encoding_rig *r, const char *format, ...)
{
    size_t used = strlen(r->got);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(r->got + used, sizeof(r->got) - used, format, args);
    va_end(args);
}

static ilf_status put(void *context, const ilf_record *record)
{
    add(context, "put %.*s|%.*s|%.*s|%u\n", (int)record->destination.len, record->destination.ptr,
        (int)record->body.len, record->body.ptr, (int)record->key.len,
        record->key.ptr ? record->key.ptr : "", record->n_events);
    return ((struct encoding_rig *)context)->status;
}

static ilf_status reject(void *context, ilf_str text, uint32_t n_events, const char *why)
{
    add(context, "reject %.*s|%u|%s\n", (int)text.len, text.ptr, n_events, why);
    return ((struct encoding_rig *)context)->status;
}

static struct encoding_rig *start(const char *topic)
{
    struct encoding_rig *r = calloc(1, sizeof(*r));

    r->f.convert = (struct ilf__format_options){.protocol = "custom_single_flatten",
                                                .encoding = "json",
                                                .separator = "",
                                                .ignore_unexpected_data = true};
    r->f.options.topic = topic;
    return r;
}

static void end(struct encoding_rig *r)
{
    kafka_encode_dispose(&r->f);
    free(r);
}

static ilf_status encode_only(struct encoding_rig *r)
{
    static const ilf_kv first[] = {{S_CONST("a"), S_CONST("1")}, {S_CONST("b"), S_CONST("x")}},
                        second[] = {{S_CONST("a"), S_CONST("2 ")}};
    static const ilf_log logs[] = {
        {.time = 5, .time_ns = 7000000, .contents = first, .n_contents = 2},
        {.time = 6, .contents = second, .n_contents = 1}};
    static const ilf_group groups[] = {{.n_logs = 0},
                                       {.source = S_CONST("s"), .logs = logs, .n_logs = 2}};
    const ilf_batch batch = {.struct_size = sizeof(batch),
                             .route = {.logstore = S_CONST("store")},
                             .groups = groups,
                             .n_groups = 2};
    const ilf_encoder to = {.struct_size = sizeof(to), .context = r, .put = put, .reject = reject};
    ilf_error err;

    r->got[0] = '\0';
    return kafka_encode(&r->f, &batch, &to, &err);
}

static const char *encode(struct encoding_rig *r)
{
    ilf_error err;

    if (r->f.hash_names == NULL && kafka_encode_init(&r->f, &err) != ILF_OK)
        fail_msg("%s", err.text);
    assert_int_equal(ILF_OK, encode_only(r));
    return r->got;
}

#define FIRST "{\"a\":\"1\",\"b\":\"x\",\"host.ip\":\"s\",\"time\":5}"
#define SECOND "{\"a\":\"2 \",\"host.ip\":\"s\",\"time\":6}"

static void each_log_is_a_record_without_a_key(void **state)
{
    struct encoding_rig *r = start("logs");

    (void)state;
    r->f.options.hash_keys = (ilf_str_list){(const char *const[]){"content.a"}, 1};
    assert_string_equal("put logs|" FIRST "\n1||1\nput logs|" SECOND "\n1||1\n", encode(r));
    end(r);
}

static void hash_keys_are_joined_in_their_order(void **state)
{
    static const char *const keys[] = {"content.b", "content.a", "content.none"};
    struct encoding_rig *r = start("logs");

    (void)state;
    r->f.options.partitioner = KAFKA_HASH;
    r->f.options.hash_keys = (ilf_str_list){keys, 3};
    for (int i = 0; i < 20; i++) /* natively it changes from one record to the next */
        assert_string_equal("put logs|" FIRST "x###1\n1 k5|x###1|1\n"
                            "put logs|" SECOND "2 \n1 k2|2 |1\n",
                            encode(r));
    end(r);
}

static void without_a_hash_key_the_logstore_is_the_key(void **state)
{
    static const char *const keys[] = {"content.b"};
    struct encoding_rig *r = start("logs");

    (void)state;
    r->f.options.partitioner = KAFKA_MURMUR2;
    r->f.options.hash_keys = (ilf_str_list){keys, 1};
    assert_non_null(strstr(encode(r), "put logs|" SECOND "store\n1 k5|store|1\n"));
    end(r);
    r = start("logs");
    r->f.options.partitioner = KAFKA_MURMUR2_RANDOM; /* which has a use for no key */
    r->f.options.hash_keys = (ilf_str_list){keys, 1};
    assert_non_null(strstr(encode(r), "put logs|" SECOND "\n1||1\n"));
    end(r);
}

static void hash_once_keeps_the_first_key(void **state)
{
    struct encoding_rig *r = start("logs");

    (void)state;
    r->f.options.partitioner = KAFKA_HASH;
    r->f.options.hash_once = true;
    r->f.options.hash_keys = (ilf_str_list){(const char *const[]){"content.a"}, 1};
    assert_non_null(strstr(encode(r), "put logs|" SECOND "1\n1 k1|1|1\n"));
    end(r);
}

static void hash_once_keeps_the_first_key_that_is_not_empty(void **state)
{
    static const ilf_kv none[] = {{S_CONST("a"), S_CONST("")}},
                        x[] = {{S_CONST("a"), S_CONST("x")}}, y[] = {{S_CONST("a"), S_CONST("y")}};
    static const ilf_log logs[] = {{.time = 1, .contents = none, .n_contents = 1},
                                   {.time = 1, .contents = x, .n_contents = 1},
                                   {.time = 1, .contents = y, .n_contents = 1}};
    static const ilf_group group = {.logs = logs, .n_logs = 3};
    static const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    const char *const *keys = (const char *const[]){"content.a"};
    struct encoding_rig *r = start("logs");
    const ilf_encoder to = {sizeof(to), r, put, reject};
    const char *second;

    (void)state;
    r->f.options.partitioner = KAFKA_HASH;
    r->f.options.hash_once = true;
    r->f.options.hash_keys = (ilf_str_list){keys, 1};
    assert_works(kafka_encode_init(&r->f, &err));
    assert_works(kafka_encode(&r->f, &batch, &to, &err));
    assert_non_null(strstr(r->got, "\n1 k0||1\nput "));
    second = strstr(r->got, "put logs|{\"a\":\"x");
    assert_non_null(second);
    assert_non_null(strstr(second, "}x\n1 k1|x|1\nput logs|{\"a\":\"y"));
    assert_non_null(strstr(strstr(second, "{\"a\":\"y"), "}x\n1 k1|x|1\n"));
    end(r);
}

static void topics_follow_their_records(void **state)
{
    struct encoding_rig *r = start("logs.%{content.b}.%{tag.host.ip}");

    (void)state;
    assert_string_equal("put logs.x.s|" FIRST "\n1||1\nput logs.content.b.s|" SECOND "\n1||1\n",
                        encode(r));
    end(r);
}

static void a_record_whose_topic_is_no_name_is_rejected(void **state)
{
    struct encoding_rig *r = start("logs-%{content.a}");

    (void)state;
    assert_string_equal("put logs-1|" FIRST "\n1||1\n"
                        "reject " SECOND "\n1|1|the topic of this record is not a valid topic "
                        "name: only letters, digits and . _ - are allowed\n",
                        encode(r));
    end(r);
}

static void headers_and_times_may_be_the_records(void **state)
{
    static const ilf_kv headers[] = {{S_CONST("h"), S_CONST("%{content.b}!")}};
    struct encoding_rig *r = start("logs");

    (void)state;
    r->f.options.timestamp = KAFKA_TIME_LOG;
    r->f.options.header_templates = (ilf_str_map){headers, 1};
    assert_string_equal("put logs|" FIRST "1,2:hx!\n1 h7 t5007||1\n"
                        "put logs|" SECOND "1,10:hcontent.b!\n1 h16 t6000||1\n",
                        encode(r));
    end(r);
}

static void names_of_topics_are_checked(void **state)
{
    static const ilf_str right[] = {S_CONST("a"), S_CONST("A.b_c-9"), S_CONST("..."),
                                    S_CONST("..a")};
    static const ilf_str wrong[] = {S_CONST(""),        S_CONST("."),   S_CONST(".."),
                                    S_CONST("a b"),     S_CONST("a/b"), S_CONST("a\0"),
                                    S_CONST("\xc3\xa9")};
    char longest[250];

    (void)state;
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        assert_null(kafka_topic_wrong(right[i]));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_non_null(kafka_topic_wrong(wrong[i]));
    memset(longest, 'x', sizeof(longest));
    assert_null(kafka_topic_wrong((ilf_str){longest, 249}));
    assert_non_null(kafka_topic_wrong((ilf_str){longest, 250}));
}

static void says_what_is_wrong_with_options(void **state)
{
    struct encoding_rig *r = start("no name");

    (void)state;
    assert_fails(
        ILF_ERR_CONFIG,
        "detail.Topic: 'no name' is not a valid topic name: only letters, digits and . _ - "
        "are allowed",
        kafka_encode_init(&r->f, &err));
    end(r);
    r = start("x%{");
    assert_fails(ILF_ERR_CONFIG,
                 "detail.Topic: %{ without }: write \\%{ for the characters themselves",
                 kafka_encode_init(&r->f, &err));
    end(r);
}

static void a_topic_that_no_record_can_make_legal_is_refused(void **state)
{
    char longest[300];
    const char *const never[] = {"a b-%{content.a}", "%{content.a}/x", "%{content.a}:%{content.b}",
                                 "\xc3\xa9-%{content.a}", longest};

    (void)state;
    memset(longest, 'x', 250);
    strcpy(longest + 250, "%{content.a}");
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        struct encoding_rig *r = start(never[i]);
        ilf_error err;

        assert_int_equal(ILF_ERR_CONFIG, kafka_encode_init(&r->f, &err));
        assert_non_null(strstr(err.text, "detail.Topic: '"));
        assert_non_null(strstr(err.text, "can never be a valid topic name: "));
        end(r);
    }
    for (const char *const *may = (const char *const[]){"%{content.a}", "..%{content.a}", NULL};
         *may; may++) {
        struct encoding_rig *r = start(*may);

        assert_works(kafka_encode_init(&r->f, &err));
        end(r);
    }
}

static void stops_where_the_encoder_does(void **state)
{
    struct encoding_rig *r = start("logs");

    (void)state;
    (void)encode(r);
    r->status = ILF_ERR_NOMEM;
    assert_int_equal(ILF_ERR_NOMEM, encode_only(r));
    assert_string_equal("put logs|" FIRST "\n1||1\n", r->got);
    r->status = ILF_OK;
    assert_non_null(strstr(encode(r), SECOND));
    end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_log_is_a_record_without_a_key),
        cmocka_unit_test(hash_keys_are_joined_in_their_order),
        cmocka_unit_test(without_a_hash_key_the_logstore_is_the_key),
        cmocka_unit_test(hash_once_keeps_the_first_key),
        cmocka_unit_test(hash_once_keeps_the_first_key_that_is_not_empty),
        cmocka_unit_test(topics_follow_their_records),
        cmocka_unit_test(a_record_whose_topic_is_no_name_is_rejected),
        cmocka_unit_test(headers_and_times_may_be_the_records),
        cmocka_unit_test(names_of_topics_are_checked),
        cmocka_unit_test(says_what_is_wrong_with_options),
        cmocka_unit_test(a_topic_that_no_record_can_make_legal_is_refused),
        cmocka_unit_test(stops_where_the_encoder_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
