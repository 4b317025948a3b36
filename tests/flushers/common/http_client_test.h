/* What the tests of the HTTP client share: a client, and what requests to a server in a thread end as. */
#ifndef ILF_TESTS_HTTP_CLIENT_TEST_H
#define ILF_TESTS_HTTP_CLIENT_TEST_H

#include "../../../flushers/common/http_client.h"

#include <time.h>

#include "http_options.h"
#include "http_server.h"

/* What a request ended as. */
struct ended {
    int n;
    struct ilf__http_reply reply;
    char reason[ILF__HTTP_REASON], body[256];
};

static inline void keep(void *owner, const struct ilf__http_reply *reply)
{
    struct ended *e = owner;

    e->n++;
    e->reply = *reply;
    assert_true(reply->reason.len < sizeof(e->reason));
    memcpy(e->reason, reply->reason.ptr, reply->reason.len);
    e->reason[reply->reason.len] = '\0';
    assert_true(reply->body.len < sizeof(e->body));
    if (reply->body.len > 0)
        memcpy(e->body, reply->body.ptr, reply->body.len);
    e->body[reply->body.len] = '\0';
}

static const char *const no_headers[] = {NULL};

static inline struct ilf__http_client *client_of(const struct ilf__http_options *options)
{
    struct ilf__http_client *client;
    ilf_error err;

    if (ilf__http_client_new(&client, options, NULL, &err) != ILF_OK)
        fail_msg("%s", err.text);
    return client;
}

static inline void post(struct ilf__http_client *client, const char *url, const ilf_str *body,
                        const char *const *headers, struct ended *e)
{
    ilf_error err;

    *e = (struct ended){0};
    assert_int_equal(ILF_OK, ilf__http_post(client,
                                            &(struct ilf__http_request){.url = url,
                                                                        .headers = headers,
                                                                        .pieces = body,
                                                                        .n_pieces = 1,
                                                                        .max_reply = 100,
                                                                        .owner = e,
                                                                        .done = keep},
                                            &err));
}

/* Run until @e has ended, for ten seconds at most. */
static inline void run(struct ilf__http_client *client, const struct ended *e)
{
    time_t end = time(NULL) + 10;

    while (e->n == 0 && time(NULL) < end)
        ilf__http_poll(client, 1000000000);
    assert_int_equal(1, e->n);
}

static inline void post_and_run(const char *url, const char *script, struct ended *e)
{
    struct ilf__http_options options = test_http_options();
    struct ilf__http_client *client = client_of(&options);
    const ilf_str body = S("body");
    struct test_server server;
    char where[256];

    server_start(&server, &script, 1);
    (void)snprintf(where, sizeof(where), "%s%s", server.url, url);
    options.timeout = 300000000;
    post(client, where, &body, no_headers, e);
    run(client, e);
    ilf__http_client_free(client);
    server_end(&server);
}

#endif
