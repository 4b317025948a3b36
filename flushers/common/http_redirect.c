/* Redirects (RFC 9110, section 15.4). They are followed here and not by libcurl, which would send our
 * own headers, and with them secrets, wherever a server points to. The method stays POST: a GET would
 * store nothing. */
#include "http_client.h"

#include <stdlib.h>
#include <strings.h>

#include "http_url.h"

enum { MOST_HOPS = 10 }; /* as Go's client */

/* Scheme, host and port of a URL. */
struct origin {
    char *scheme, *host, *port;
};

static bool read_origin(const char *url, struct origin *origin)
{
    CURLU *u = curl_url();
    bool ok = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_SCHEME, &origin->scheme, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_HOST, &origin->host, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_PORT, &origin->port, CURLU_DEFAULT_PORT) == CURLUE_OK;

    curl_url_cleanup(u);
    return ok;
}

static void dispose(struct origin *origin)
{
    curl_free(origin->scheme);
    curl_free(origin->host);
    curl_free(origin->port);
}

static bool is_same(const struct origin *a, const struct origin *b)
{
    return strcasecmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
           strcmp(a->port, b->port) == 0;
}

/* NULL, or why a request to @from is not sent on to @to; *@foreign: it is another server's. */
static const char *refusal(const struct ilf__http_client *client, const char *from, const char *to,
                           bool *foreign)
{
    struct origin a = {0}, b = {0};
    const char *why = NULL;

    if (!read_origin(from, &a) || !read_origin(to, &b) ||
        (strcasecmp(b.scheme, "http") != 0 && strcasecmp(b.scheme, "https") != 0)) {
        why = "it leads to no URL of HTTP";
    } else {
        *foreign = !is_same(&a, &b);
        if (strcasecmp(a.scheme, "https") == 0 && strcasecmp(b.scheme, "http") == 0)
            why = "it leads from https to http";
        else if (client->options->redirects == ILF__REDIRECTS_NEVER)
            why = "Redirects is never";
        else if (*foreign && client->options->redirects != ILF__REDIRECTS_ANY)
            why = "it leads to another server: set RemoteURL to that, or Redirects to any";
    }
    dispose(&a);
    dispose(&b);
    return why;
}

/* The URL @to, with the user and password of @from if that is the same server's, else NULL. NULL: no
 * memory. To be freed by curl_free. */
static char *with_user(const char *from, const char *to)
{
    CURLU *a = curl_url(), *b = curl_url();
    char *user = NULL, *password = NULL, *url = NULL;

    if (!a || !b || curl_url_set(b, CURLUPART_URL, to, 0) != CURLUE_OK ||
        (from && curl_url_set(a, CURLUPART_URL, from, 0) != CURLUE_OK))
        goto out_free;
    if (curl_url_get(a, CURLUPART_USER, &user, 0) == CURLUE_OK)
        (void)curl_url_set(b, CURLUPART_USER, user, 0);
    if (curl_url_get(a, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
        (void)curl_url_set(b, CURLUPART_PASSWORD, password, 0);
    (void)curl_url_get(b, CURLUPART_URL, &url, 0);

out_free:
    curl_free(user);
    curl_free(password);
    curl_url_cleanup(a);
    curl_url_cleanup(b);
    return url;
}

bool ilf__http_redirect(struct ilf__http_client *client, struct ilf__http_slot *slot)
{
    char *location = NULL, *url;
    const char *why;
    long status = 0;
    bool foreign = slot->foreign, followed;

    curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &location);
    if (status < 301 || status > 308 || (status > 303 && status < 307) || !location)
        return false;
    why = status == 303 ? "it asks for a GET, which stores nothing"
                        : refusal(client, slot->url, location, &foreign);
    if (!why && ++slot->hops > MOST_HOPS)
        why = "it is the eleventh in a row: do they lead in a circle?";
    ilf__http_put_origin(slot->location, sizeof(slot->location), location);
    slot->not_followed = why;
    if (why)
        return false;
    slot->foreign = slot->foreign || foreign; /* what is sent to one of them is none of ours */
    url = with_user(slot->foreign ? NULL : slot->url, location);
    (void)curl_multi_remove_handle(client->multi, slot->easy);
    followed = url && ilf__http_slot_follow(client, slot, url);
    curl_free(url);
    if (!followed)
        slot->not_followed = "out of memory";
    return followed;
}
