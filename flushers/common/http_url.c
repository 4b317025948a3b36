/* Which URLs can work at all. Syntax is libcurl's to judge, which sends the requests; what it leaves to
 * the resolver, and would be tried for ever, is judged here. */
#include "http_url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

#include <curl/curl.h>

enum { MOST_NAME = 253, MOST_LABEL = 63 }; /* RFC 1035, section 2.3.4 */

/* Where the authority of @url begins, and how long it is. */
static const char *authority_of(const char *url, size_t *len)
{
    const char *colons = strstr(url, "://");
    const char *start = colons && colons < url + strcspn(url, "/?#") ? colons + 3 : url;

    *len = strcspn(start, "/?#\\");
    return start;
}

void ilf__http_put_origin(char *out, size_t size, const char *url)
{
    size_t len;
    const char *start = authority_of(url, &len), *at = memrchr(start, '@', len);
    const char *host = at ? at + 1 : start;

    (void)snprintf(out, size, "%.*s%.*s", (int)(start - url), url,
                   (int)(len - (size_t)(host - start)), host);
}

/* NULL, or what is wrong with a name that the resolver would be asked for again and again. */
static const char *wrong_host(const char *host)
{
    struct in_addr address;
    size_t len = strlen(host), label = 0;

    if (*host == '[')
        return NULL;
    len -= len > 0 && host[len - 1] == '.';
    if (host[strspn(host, "0123456789.")] == '\0' && inet_pton(AF_INET, host, &address) != 1)
        return "its host is no IPv4 address";
    if (len > MOST_NAME)
        return "its host's name is longer than 253 bytes";
    for (size_t i = 0; i <= len; i++) {
        if (i < len && host[i] != '.') {
            label++;
            continue;
        }
        if (label == 0 || label > MOST_LABEL)
            return "its host's name has a part that is empty or longer than 63 bytes";
        label = 0;
    }
    return NULL;
}

static const char *wrong_syntax(CURLUcode code)
{
    switch (code) {
    case CURLUE_BAD_PORT_NUMBER:
        return "its port is not a number from 1 to 65535";
    case CURLUE_BAD_IPV6:
        return "its IPv6 address is not written as [::1]";
    case CURLUE_BAD_HOSTNAME:
        return "its host holds a character that no name has";
    case CURLUE_NO_HOST:
        return "names no host";
    case CURLUE_BAD_SCHEME:
    case CURLUE_UNSUPPORTED_SCHEME:
        return "has a scheme that is not known";
    case CURLUE_OUT_OF_MEMORY:
        return "out of memory";
    default:
        return curl_url_strerror(code);
    }
}

/* NULL, or what is wrong in the parts of @u. */
static const char *wrong_parts(CURLU *u)
{
    static const CURLUPart decoded[] = {CURLUPART_USER, CURLUPART_PASSWORD};
    const char *wrong = NULL;
    char *part = NULL;

    for (size_t i = 0; i < 2 && !wrong; i++) {
        CURLUcode code = curl_url_get(u, decoded[i], &part, CURLU_URLDECODE);

        if (code == CURLUE_URLDECODE)
            wrong = "its user or password holds control characters";
        curl_free(part);
        part = NULL;
    }
    if (!wrong && curl_url_get(u, CURLUPART_PORT, &part, 0) == CURLUE_OK && atol(part) == 0)
        wrong = wrong_syntax(CURLUE_BAD_PORT_NUMBER);
    curl_free(part);
    part = NULL;
    if (!wrong && curl_url_get(u, CURLUPART_HOST, &part, 0) == CURLUE_OK)
        wrong = wrong_host(part);
    curl_free(part);
    return wrong;
}

/* NULL, or what is wrong with @url, whose path does not count. */
static const char *wrong_url(const char *url, unsigned flags)
{
    size_t len, ats = 0;
    const char *start = authority_of(url, &len), *wrong = NULL;
    char *base;
    CURLUcode code;
    CURLU *u;

    if (memmem(url, (size_t)(start - url) + len, "%{", 2))
        return "has %{...} in its scheme, host or port, which can't vary: only path and query can";
    for (size_t i = 0; i < len; i++) {
        ats += start[i] == '@';
        if ((unsigned char)start[i] >= 0x80)
            return "holds letters that are not ASCII: write the name of its host as xn--..., "
                   "others "
                   "as %XX";
    }
    if (start[len] == '\\')
        return "holds a backslash: write /";
    if (ats > 1)
        return "holds @ more than once: write the one in its user or password as %40";
    base = strndup(url, (size_t)(start - url) + len);
    u = curl_url();
    code = base && u ? curl_url_set(u, CURLUPART_URL, base, flags) : CURLUE_OUT_OF_MEMORY;
    wrong = code == CURLUE_OK ? wrong_parts(u) : wrong_syntax(code);
    curl_url_cleanup(u);
    free(base);
    return wrong;
}

static ilf_status fail(const char *option, const char *url, const char *wrong, ilf_error *err)
{
    char origin[256];

    ilf__http_put_origin(origin, sizeof(origin), url);
    return ilf_fail(err, ILF_ERR_CONFIG, "%s: '%s' %s", option, origin, wrong);
}

ilf_status ilf__http_check_url(const char *option, const char *url, ilf_error *err)
{
    const char *wrong;

    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return fail(option, url, "must begin with http:// or https://", err);
    wrong = wrong_url(url, 0);
    return wrong ? fail(option, url, wrong, err) : ILF_OK;
}

ilf_status ilf__http_check_proxy(const char *option, const char *url, ilf_error *err)
{
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
    const char *wrong, *colons = strstr(url, "://");
    bool known = !colons;

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && !known; i++)
        known = strlen(schemes[i]) == (size_t)(colons - url) &&
                strncasecmp(url, schemes[i], strlen(schemes[i])) == 0;
    if (!known)
        return fail(option, url,
                    "has a scheme that no proxy has: write http://, https://, socks4://, "
                    "socks4a://, socks5:// or socks5h://",
                    err);
    if (strncasecmp(url, "https://", 8) == 0 &&
        !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTPS_PROXY))
        return fail(option, url, "needs a libcurl that speaks TLS to proxies, which this one can't",
                    err);
    wrong = wrong_url(url, CURLU_NON_SUPPORT_SCHEME | (colons ? 0 : CURLU_GUESS_SCHEME));
    return wrong ? fail(option, url, wrong, err) : ILF_OK;
}
