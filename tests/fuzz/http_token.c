/* Fuzz target: what a token server of OAuth 2 says; and the request that waits for it. */
#include "canned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What becomes a header must not be able to become two. */
static void check_header(const char *header)
{
    static const char begin[] = "Authorization: Bearer ";

    if (strncmp(header, begin, sizeof(begin) - 1) != 0 || !header[sizeof(begin) - 1])
        abort();
    for (const char *p = header + sizeof(begin) - 1; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            abort();
}

/* Let the token server say what @server says, and the other server nothing but 204. */
static void run(struct ilf__http_client *client, struct canned *server,
                struct curl_slist *connect_to, const struct canned_ended *e)
{
    static const char yes[] = "HTTP/1.1 204 No Content\r\n\r\n";
    struct canned other = {.rest = {yes, sizeof(yes) - 1}};

    ilf__http_poll(client, 0);
    if (!client->token.slot)
        abort();
    canned_attach(server, client->token.slot->easy, connect_to);
    while (client->waiting)
        ilf__http_poll(client, 0);
    if (client->busy) {
        check_header(ilf__http_token(client));
        if (client->token.expires_at <= ilf__clock())
            abort();
        canned_attach(&other, client->busy->easy, connect_to);
    }
    while (e->n == 0)
        ilf__http_poll(client, 100000000);
    ilf__http_client_free(client);
    canned_close(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const headers[] = {NULL};
    static const char ok[] = "HTTP/1.1 200 OK\r\n\r\n";
    static const ilf_str body = {"body", 4};
    struct curl_slist *connect_to = curl_slist_append(NULL, "::127.0.0.1:1");
    struct ilf__http_options options = test_http_options();
    size_t len = sizeof(ok) - 1 + size;
    char *text = malloc(len);
    struct canned server = {.rest = {text, len}};
    struct ilf__http_client *client;
    struct canned_ended e = {0, {(const char *)data, size}};
    const struct ilf__http_request request = {.url = "http://127.0.0.1/p",
                                              .headers = headers,
                                              .pieces = &body,
                                              .n_pieces = 1,
                                              .max_reply = CANNED_MAX_BODY,
                                              .owner = &e,
                                              .done = canned_done};
    ilf_error err;

    if (!text || !connect_to)
        abort();
    memcpy(text, ok, sizeof(ok) - 1);
    memcpy(text + sizeof(ok) - 1, data, size);
    if (size > 4 && memcmp(data, "HTTP", 4) == 0) /* with a head of its own */
        server.rest = (ilf_str){text + sizeof(ok) - 1, size};
    options.auth.oauth2.token_url = "http://127.0.0.2/token";
    options.auth.oauth2.client_id = "id";
    options.auth.oauth2.client_secret = "secret";
    if (ilf__http_client_new(&client, &options, NULL, &err) != ILF_OK ||
        ilf__http_post(client, &request, &err) != ILF_OK)
        abort();
    run(client, &server, connect_to, &e);
    if (e.n != 1)
        abort();
    canned_close(&server);
    curl_slist_free_all(connect_to);
    free(text);
    return 0;
}
