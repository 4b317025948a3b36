/* Proxies of the environment by Go's rules (golang.org/x/net/http/httpproxy), which the native
 * flushers follow and libcurl does not: capitals count for HTTP_PROXY too, ALL_PROXY does not count,
 * loopback addresses go direct, and NO_PROXY may name ports and networks. */
#include "http_client.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "http_url.h"

/* --- The environment ------------------------------------------------------------------------- */

static const char *variable(const char *capitals, const char *small)
{
    const char *value = getenv(capitals);

    if (!value || !*value)
        value = getenv(small);
    return value ? value : "";
}

/* In Go, socks5 means that the proxy resolves names, which is libcurl's socks5h. */
static ilf_status take_proxy(char **out, const char *name, const char *value, ilf_error *err)
{
    const bool socks5 = strncasecmp(value, "socks5://", 9) == 0;
    const size_t size = strlen(value) + sizeof("socks5h://");
    ilf_status status;

    if (!*value)
        return ILF_OK;
    status = ilf__http_check_proxy(name, value, err);
    if (status != ILF_OK)
        return status;
    *out = malloc(size);
    if (!*out)
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    (void)snprintf(*out, size, "%s%s", socks5 ? "socks5h://" : "", value + (socks5 ? 9 : 0));
    return ILF_OK;
}

ilf_status ilf__http_proxies_init(struct ilf__http_proxies *proxies, ilf_error *err)
{
    /* In a CGI, a request's header Proxy would become the variable. */
    const char *http = getenv("REQUEST_METHOD") ? "" : variable("HTTP_PROXY", "http_proxy");
    ilf_status status = take_proxy(&proxies->http, "the environment's HTTP_PROXY", http, err);

    if (status == ILF_OK)
        status = take_proxy(&proxies->https, "the environment's HTTPS_PROXY",
                            variable("HTTPS_PROXY", "https_proxy"), err);
    proxies->none_for = strdup(variable("NO_PROXY", "no_proxy"));
    return status == ILF_OK && !proxies->none_for ? ilf_fail(err, ILF_ERR_NOMEM, "out of memory")
                                                  : status;
}

void ilf__http_proxies_dispose(struct ilf__http_proxies *proxies)
{
    free(proxies->http);
    free(proxies->https);
    free(proxies->none_for);
    *proxies = (struct ilf__http_proxies){0};
}

/* --- Addresses ------------------------------------------------------------------------------- */

struct address {
    unsigned char bytes[16]; /* IPv4 too, as Go holds it: behind ::ffff: */
    bool is_v4;
};

static bool read_address(const char *text, struct address *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

    memcpy(address->bytes, mapped, sizeof(mapped));
    address->is_v4 = inet_pton(AF_INET, text, address->bytes + 12) == 1;
    if (address->is_v4)
        return true;
    if (inet_pton(AF_INET6, text, address->bytes) != 1)
        return false;
    address->is_v4 = memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
    return true;
}

static bool is_loopback(const struct address *address)
{
    static const unsigned char v6[16] = {[15] = 1};

    return address->is_v4 ? address->bytes[12] == 127 : memcmp(address->bytes, v6, 16) == 0;
}

static bool is_within(const struct address *address, const struct address *net, long bits)
{
    const size_t offset = net->is_v4 ? 12 : 0;
    const size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;

    if (address->is_v4 != net->is_v4 ||
        memcmp(address->bytes + offset, net->bytes + offset, whole) != 0)
        return false;
    return rest == 0 ||
           (address->bytes[offset + whole] ^ net->bytes[offset + whole]) >> (8 - rest) == 0;
}

/* --- NO_PROXY -------------------------------------------------------------------------------- */

struct destination {
    const char *scheme, *host, *port;
    struct address address;
    bool is_address;
};

/* "10.0.0.0/8" */
static bool matches_network(char *entry, const struct destination *to, bool *is_network)
{
    char *slash = strchr(entry, '/'), *end;
    struct address net;
    long bits;

    *is_network = false;
    if (!slash || !isdigit((unsigned char)slash[1]))
        return false;
    *slash = '\0';
    bits = strtol(slash + 1, &end, 10);
    *is_network = !*end && read_address(entry, &net) && bits <= (net.is_v4 ? 32 : 128);
    if (!*is_network)
        *slash = '/';
    return *is_network && to->is_address && is_within(&to->address, &net, bits);
}

/* "host", ".domain", "*.domain": the first means its subdomains too. */
static bool matches_name(const char *name, const char *host)
{
    size_t n, len = strlen(host);
    bool exactly = true;

    if (strncmp(name, "*.", 2) == 0)
        name++;
    if (*name == '.') {
        exactly = false;
        name++;
    }
    n = strlen(name);
    if (len == n)
        return exactly && strcasecmp(name, host) == 0;
    return n > 0 && len > n && host[len - n - 1] == '.' && strcasecmp(host + len - n, name) == 0;
}

/* Take the port off @entry; "" when it has none. */
static const char *cut_port(char **entry)
{
    char *colon = strrchr(*entry, ':'), *close = strchr(*entry, ']');

    if (**entry == '[' && close) {
        colon = close[1] == ':' ? close + 1 : NULL;
        *close = '\0';
        ++*entry;
    } else if (colon && strchr(*entry, ':') != colon) {
        colon = NULL; /* an address of IPv6 */
    }
    if (!colon)
        return "";
    *colon = '\0';
    return colon + 1;
}

static bool matches(char *entry, const struct destination *to)
{
    struct address address;
    const char *port;
    bool is_network;

    if (strcmp(entry, "*") == 0 || matches_network(entry, to, &is_network))
        return true;
    if (is_network)
        return false;
    port = cut_port(&entry);
    if (!*entry || (*port && strcmp(port, to->port) != 0))
        return false;
    if (read_address(entry, &address))
        return to->is_address && memcmp(address.bytes, to->address.bytes, 16) == 0;
    return matches_name(entry, to->host);
}

static bool is_excepted(const char *none_for, const struct destination *to)
{
    while (*none_for) {
        size_t len = strcspn(none_for, ",");
        char entry[300];

        if (len < sizeof(entry)) {
            char *start = entry, *end;

            memcpy(entry, none_for, len);
            entry[len] = '\0';
            start += strspn(start, " \t");
            for (end = start + strlen(start); end > start && isspace((unsigned char)end[-1]); end--)
                ;
            *end = '\0';
            if (*start && matches(start, to))
                return true;
        }
        none_for += len + (none_for[len] == ',');
    }
    return false;
}

/* --------------------------------------------------------------------------------------------- */

static const char *choose(const struct ilf__http_proxies *proxies, struct destination *to)
{
    const char *proxy = strcasecmp(to->scheme, "https") == 0 ? proxies->https : proxies->http;

    if (!proxy || strcasecmp(to->host, "localhost") == 0)
        return "";
    to->is_address = read_address(to->host, &to->address);
    if (to->is_address && is_loopback(&to->address))
        return "";
    return is_excepted(proxies->none_for, to) ? "" : proxy;
}

const char *ilf__http_proxy_of(const struct ilf__http_proxies *proxies, const char *url)
{
    CURLU *parsed = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL;
    const char *proxy = "";

    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
        struct destination to = {.scheme = scheme, .host = host, .port = port};

        if (*host == '[') {
            host[strlen(host) - 1] = '\0';
            to.host++;
        }
        proxy = choose(proxies, &to);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
    return proxy;
}

/* An option says it for all addresses; libcurl is to look at no variable. */
void ilf__http_set_proxy(const struct ilf__http_client *client, CURL *easy, const char *url)
{
    const char *option = client->options->proxy;
    const char *proxy = strcmp(option, "none") == 0 ? "" : option;

    if (!*option && (client->proxies.http || client->proxies.https))
        proxy = ilf__http_proxy_of(&client->proxies, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
}
