/* Tests of flushers/common/http_auth.c: what requests carry, against a server in a thread. */
#include "http_client_test.h"

static void post_one(struct ilf__http_client *client, const char *url, struct ended *e)
{
    static const ilf_str body = {"body", 4};

    post(client, url, &body, no_headers, e);
}

static void post_one_and_run(struct ilf__http_client *client, const char *url, struct ended *e)
{
    post_one(client, url, e);
    run(client, e);
}

/* Fail unless one request with @options carries @header. */
static void carries(const struct ilf__http_options *options, const char *header)
{
    static const char *const script = SERVER_OK;
    struct ilf__http_client *client = client_of(options);
    struct test_server server;
    struct ended e;

    server_start(&server, &script, 1);
    post_one_and_run(client, server.url, &e);
    assert_int_equal(200, e.reply.status);
    if (!strstr(server.requests[0], header))
        fail_msg("%s", server.requests[0]);
    ilf__http_client_free(client);
    server_end(&server);
}

static void sends_user_and_password(void **state)
{
    struct ilf__http_options options = test_http_options();

    (void)state;
    options.auth.username = "user";
    options.auth.password = "pass";
    carries(&options, "\r\nAuthorization: Basic dXNlcjpwYXNz\r\n");
}

static void sends_a_bearer_token(void **state)
{
    struct ilf__http_options options = test_http_options();

    (void)state;
    options.auth.bearer_token = "abc.def";
    carries(&options, "\r\nAuthorization: Bearer abc.def\r\n");
}

static void signs_for_aws(void **state)
{
    struct ilf__http_options options = test_http_options();

    (void)state;
    options.auth.aws.region = "eu-west-1";
    options.auth.aws.service = "es";
    options.auth.aws.access_key = "AKID";
    options.auth.aws.secret_key = "SECRET";
    carries(&options, "Authorization: AWS4-HMAC-SHA256 Credential=AKID/");
    carries(&options, "/eu-west-1/es/aws4_request");
    options.auth.aws.session_token = "temporary";
    carries(&options, "\r\nX-Amz-Security-Token: temporary\r\n");
}

static void refuses_what_does_not_fit_together(void **state)
{
    static const struct {
        struct ilf__http_auth auth;
        const char *why;
    } cases[] = {
        {{.username = "u", .bearer_token = "t"},
         "Auth: choose one of Username, BearerToken, OAuth2.TokenURL and AWS.Service"},
        {{.password = "p"}, "Auth.Username is missing: Password goes with it"},
        {{.oauth2 = {.token_url = "http://t"}},
         "Auth.OAuth2.ClientID is missing: TokenURL needs it"},
        {{.oauth2 = {.client_id = "i"}},
         "Auth.OAuth2.TokenURL is missing: ClientID and ClientSecret go with it"},
        {{.aws = {.access_key = "k", .secret_key = "s"}},
         "Auth.AWS.Service is missing: Region, AccessKey and SecretKey go with it"},
        {{.aws = {.service = "es", .region = "r", .access_key = "k"}},
         "Auth.AWS: Region, AccessKey and SecretKey go with Service"},
        {{.aws = {.service = "es", .region = "r:x", .access_key = "k", .secret_key = "s"}},
         "Auth.AWS: Service and Region are names such as es and eu-west-1"},
        {{.aws = {.service = "es", .region = "r", .access_key = "k\r\nX: y", .secret_key = "s"}},
         "Auth.AWS.AccessKey holds blanks or control characters"},
        {{.username = "a:b", .password = "p"},
         "Auth.Username holds a colon, where basic authentication ends it (RFC 7617): put what is "
         "behind it into Password"},
        {{.oauth2 = {.token_url = "http://t:x", .client_id = "i"}},
         "Auth.OAuth2.TokenURL: the port must be a number from 1 to 65535: 'http://t:x'"},
        {{.bearer_token = "a\r\nX: y"}, "Auth.BearerToken holds blanks or control characters"},
        {{.username = "a:b", .password = "p"},
         "Auth.Username holds a colon, where basic authentication ends it (RFC 7617): put what is "
         "behind it into Password"},
        {{.username = "a", .password = "p\n"}, "Auth.Password holds a control character"},
        {{.username = "a\t", .password = "p"}, "Auth.Username holds a control character"},
        {{.oauth2 = {.token_url = "http://u:s3cret@h:0/", .client_id = "i"}},
         "Auth.OAuth2.TokenURL: the port must be a number from 1 to 65535: 'h:0'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ilf__http_options options = test_http_options();
        struct ilf__http_client *client;
        ilf_error err;

#define TAKE(member)                                                                               \
    if (cases[i].auth.member)                                                                      \
    options.auth.member = cases[i].auth.member
        TAKE(username);
        TAKE(password);
        TAKE(bearer_token);
        TAKE(oauth2.token_url);
        TAKE(oauth2.client_id);
        TAKE(aws.service);
        TAKE(aws.region);
        TAKE(aws.access_key);
        TAKE(aws.secret_key);
#undef TAKE
        assert_int_equal(ILF_ERR_CONFIG, ilf__http_client_new(&client, &options, NULL, &err));
        assert_string_equal(cases[i].why, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_user_and_password),
        cmocka_unit_test(sends_a_bearer_token),
        cmocka_unit_test(signs_for_aws),
        cmocka_unit_test(refuses_what_does_not_fit_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
