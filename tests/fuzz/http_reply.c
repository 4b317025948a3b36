/* Fuzz target: what a server says to a POST. The first byte chooses the version of HTTP; the rest is
 * what the server sends, see canned.h. */
#include "canned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const headers[] = {"X-A: b", NULL};
    static const ilf_str body = {"body", 4};
    struct curl_slist *connect_to = curl_slist_append(NULL, "::127.0.0.1:1");
    struct ilf__http_options options = test_http_options();
    struct canned server = {.rest = {(const char *)data + 1, size - 1}};
    struct ilf__http_client *client;
    struct canned_ended e = {0, {(const char *)data, size}};
    const struct ilf__http_request request = {
        .url = "http://user:secret@127.0.0.1/p?key=secret",
        .headers = headers,
        .pieces = &body,
        .n_pieces = 1,
        .max_reply = CANNED_MAX_BODY,
        .owner = &e,
        .done = canned_done,
    };
    ilf_error err;

    if (size == 0 || !connect_to) {
        curl_slist_free_all(connect_to);
        return 0;
    }
    options.version = data[0] & 3;
    if (ilf__http_client_new(&client, &options, NULL, &err) != ILF_OK ||
        ilf__http_post(client, &request, &err) != ILF_OK)
        abort();
    canned_attach(&server, client->busy->easy, connect_to);
    while (e.n == 0)
        ilf__http_poll(client, 100000000);
    ilf__http_client_free(client);
    if (e.n != 1)
        abort();
    canned_close(&server);
    curl_slist_free_all(connect_to);
    return 0;
}
