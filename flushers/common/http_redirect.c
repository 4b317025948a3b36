/* Redirects: followed with method and body, only to where secrets may go or without them, and never
 * from https to http. (libcurl's own following would carry headers of the user's along.) */
#include "http_client.h"

#include <strings.h>

#include "said.h"

enum { MOST_HOPS = 10 };

const char *const ilf__http_redirects_names[] = {"never", "same-origin", "any", NULL};

bool ilf__http_is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* --- Origins --------------------------------------------------------------------------------- */

struct origin {
    char *scheme, *host, *port;
};

static bool read_origin(struct origin *origin, CURLU *url)
{
    return curl_url_get(url, CURLUPART_SCHEME, &origin->scheme, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_HOST, &origin->host, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_PORT, &origin->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

static void free_origin(struct origin *origin)
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

/* --- Where to -------------------------------------------------------------------------------- */

/* What keeps the redirect from @from to @to from being followed, or NULL. */
static const char *refusal(const struct ilf__http_options *o, int status, const struct origin *from,
                           const struct origin *to)
{
    if (status == 303)
        return "to be fetched with GET, which stores nothing: set the URL to one that takes POST";
    if (o->redirects == ILF__REDIRECTS_NEVER)
        return "not followed, by Redirects: set the URL to that";
    if (strcasecmp(from->scheme, "https") == 0 && strcasecmp(to->scheme, "https") != 0)
        return "which is without TLS and never followed: set the URL to one with https";
    if (o->redirects != ILF__REDIRECTS_ANY && !is_same(from, to))
        return "another origin: set the URL to that, or Redirects to any";
    return NULL;
}

/* Put @what behind the status in @reason, in the place of what the answer's body says. */
static void tell(char reason[ILF__HTTP_REASON], const char *what)
{
    char *status = strstr(reason, ": HTTP "); /* no URL holds a blank */
    size_t n = status ? (size_t)(status - reason) + strlen(": HTTP 307") : 0;

    (void)snprintf(reason + n, ILF__HTTP_REASON - n, "%s", what);
}

static void tell_refusal(char reason[ILF__HTTP_REASON], const struct origin *to, const char *why)
{
    char server[128], what[ILF__HTTP_REASON / 2];

    (void)snprintf(what, sizeof(what), "%s://%.90s:%s", to->scheme, to->host, to->port);
    ilf__put_said(server, sizeof(server), (ilf_str){what, strlen(what)});
    (void)snprintf(what, sizeof(what), " redirects to %s, %s", server, why);
    tell(reason, what);
}

/* --- Following ------------------------------------------------------------------------------- */

/* User and password of the address go along within its origin, as on libcurl's own way. */
static void keep_user(CURLU *to, CURLU *from)
{
    static const CURLUPart parts[] = {CURLUPART_USER, CURLUPART_PASSWORD};

    for (size_t i = 0; i < 2; i++) {
        char *text = NULL;

        if (curl_url_get(from, parts[i], &text, 0) == CURLUE_OK)
            (void)curl_url_set(to, parts[i], text, 0);
        curl_free(text);
    }
}

static bool go_on(struct ilf__http_client *client, struct ilf__http_slot *slot, CURLU *from,
                  CURLU *to, bool crosses)
{
    char *url = NULL;
    bool ok;

    if (crosses && !slot->stranger) {
        slot->stranger = true;
        ilf__http_forget_auth(slot->easy);
    }
    if (!slot->stranger)
        keep_user(to, from);
    ok = curl_url_get(to, CURLUPART_URL, &url, 0) == CURLUE_OK &&
         ilf__http_slot_go(client, slot, url);
    curl_free(url);
    return ok;
}

/* Read the address of the request and the one that the answer leads to. */
static bool read_both(const struct ilf__http_slot *slot, CURLU *from, CURLU *to,
                      struct origin *here, struct origin *there)
{
    char *location = NULL;

    curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &location);
    return location && from && to &&
           curl_url_set(from, CURLUPART_URL, slot->url, CURLU_PATH_AS_IS) == CURLUE_OK &&
           curl_url_set(to, CURLUPART_URL, location, CURLU_PATH_AS_IS) == CURLUE_OK &&
           read_origin(here, from) && read_origin(there, to) &&
           (strcasecmp(there->scheme, "http") == 0 || strcasecmp(there->scheme, "https") == 0);
}

enum ilf__http_way ilf__http_follow(struct ilf__http_client *client, struct ilf__http_slot *slot,
                                    int status, char reason[ILF__HTTP_REASON])
{
    CURLU *from = curl_url(), *to = curl_url();
    struct origin here = {0}, there = {0};
    enum ilf__http_way way = ILF__HTTP_ENDS;
    const char *why = NULL;

    if (!read_both(slot, from, to, &here, &there))
        tell(reason, " redirects to no address of http: set the URL to the one that takes records");
    else if ((why = refusal(client->options, status, &here, &there)))
        tell_refusal(reason, &there, why);
    else if (slot->hops++ == MOST_HOPS)
        way = ILF__HTTP_CIRCLES;
    else if (go_on(client, slot, from, to, !is_same(&here, &there)))
        way = ILF__HTTP_GOES_ON;
    free_origin(&here);
    free_origin(&there);
    curl_url_cleanup(from);
    curl_url_cleanup(to);
    return way;
}
