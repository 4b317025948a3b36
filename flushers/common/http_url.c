/* Can an address work, as far as its text tells? Asked once at the start, for what is wrong with an
 * address must never look like a fault of the records that go there. */
#include "http_url.h"

#include <curl/curl.h>
#include <strings.h>

#include "said.h"

enum { MOST_NAME = 253, MOST_LABEL = 63 }; /* of DNS: RFC 1035, section 2.3.4 */

/* The address without what may be secret: user, password, path and query. A password may hold an @
 * or a slash by mistake, so that all before the last @ may be one. */
static void show(char *out, size_t size, const char *url)
{
    const char *at = strrchr(url, '@'), *host = strstr(url, "://"), *end;
    char shown[256];

    host = at ? at + 1 : host ? host + 3 : url;
    end = host + strcspn(host, "/?#");
    (void)snprintf(shown, sizeof(shown), "%.*s%.*s", at || host == url ? 0 : (int)(host - url), url,
                   (int)(end - host), host);
    ilf__put_said(out, size, (ilf_str){shown, strlen(shown)});
}

/* What libcurl's parser says, in words that tell the cure. */
static const char *words(CURLUcode code)
{
    switch (code) {
    case CURLUE_BAD_PORT_NUMBER:
        return "the port must be a number from 1 to 65535";
    case CURLUE_BAD_IPV6:
        return "what is in [ ] is not an IPv6 address, or the ] is missing";
    case CURLUE_NO_HOST:
    case CURLUE_BAD_HOSTNAME:
        return "this can't be the name of a host";
    case CURLUE_UNSUPPORTED_SCHEME:
    case CURLUE_BAD_SCHEME:
        return "no such scheme is known";
    case CURLUE_BAD_USER:
    case CURLUE_BAD_PASSWORD:
    case CURLUE_BAD_LOGIN:
    case CURLUE_USER_NOT_ALLOWED:
        return "the user or password can't be read: write special characters as %XX";
    default:
        return "is no URL";
    }
}

static bool has_feature(int feature)
{
    return curl_version_info(CURLVERSION_NOW)->features & feature;
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

/* Can libcurl write the host, which is not ASCII, as the name that DNS knows? */
static bool has_ascii_form(CURLU *parsed)
{
#ifdef CURLU_PUNYCODE
    char *ascii = NULL;
    bool ok = has_feature(CURL_VERSION_IDN) &&
              curl_url_get(parsed, CURLUPART_HOST, &ascii, CURLU_PUNYCODE) == CURLUE_OK;

    curl_free(ascii);
    return ok;
#else
    (void)parsed;
    return has_feature(CURL_VERSION_IDN);
#endif
}

static const char *fault_of_host(CURLU *parsed, const char *host)
{
    size_t len = strlen(host);

    if (*host == '[')
        return NULL;
    if (!is_ascii(host))
        return has_ascii_form(parsed)
                   ? NULL
                   : "write the host's name in ASCII, as xn--..., or its address";
    len -= len > 0 && host[len - 1] == '.';
    if (len > MOST_NAME)
        return "the host's name is longer than 253 characters";
    for (size_t i = 0, label; i <= len; i += label + 1) {
        label = strcspn(host + i, ".");
        if (label == 0 || label > MOST_LABEL)
            return "the host's name has an empty part, or one of more than 63 characters";
    }
    return NULL;
}

static const char *fault_of_parts(CURLU *parsed)
{
    char *host = NULL, *port = NULL, *user = NULL, *password = NULL;
    const char *fault = NULL;
    CURLUcode got_user, got_password;

    got_user = curl_url_get(parsed, CURLUPART_USER, &user, CURLU_URLDECODE);
    got_password = curl_url_get(parsed, CURLUPART_PASSWORD, &password, CURLU_URLDECODE);
    (void)curl_url_get(parsed, CURLUPART_PORT, &port, 0);
    if (curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        fault = words(CURLUE_NO_HOST);
    else
        fault = fault_of_host(parsed, host);
    if (!fault && port && strspn(port, "0") == strlen(port))
        fault = words(CURLUE_BAD_PORT_NUMBER);
    if (!fault && ((got_user != CURLUE_OK && got_user != CURLUE_NO_USER) ||
                   (got_password != CURLUE_OK && got_password != CURLUE_NO_PASSWORD)))
        fault = "the user or password holds control characters";
    if (!fault && user && strchr(user, ':'))
        fault = "the user can't hold a colon: basic authentication has none there";
    curl_free(host);
    curl_free(port);
    curl_free(user);
    curl_free(password);
    return fault;
}

/* What is wrong with the text between scheme and path, in words more helpful than the parser's. */
static const char *fault_of_authority(const char *url)
{
    const char *p = strstr(url, "://"), *at = NULL;

    p = p ? p + 3 : url;
    if (!*p || strchr("/?#", *p)) /* libcurl takes the path's first part for it */
        return words(CURLUE_NO_HOST);
    for (const char *end = p + strcspn(p, "/?#"); p < end; p++) {
        if (p[0] == '%' && p[1] == '{')
            return "user, host and port can't be templates: %{...} works in path and query";
        if (*p == '\\')
            return "holds a backslash: write /";
        if (strchr("\"'`<>{}|^", *p))
            return "holds a quote or bracket that no URL can";
        if (*p == '@' && at)
            return "holds two @: write %40 for one in a user or password";
        at = *p == '@' ? p : at;
    }
    return NULL;
}

static const char *fault_of(const char *url, unsigned flags)
{
    const char *fault;
    CURLU *parsed;
    CURLUcode code;

    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return "holds a blank or control character: write a blank as %20";
    fault = fault_of_authority(url);
    if (fault)
        return fault;
    parsed = curl_url();
    if (!parsed)
        return "out of memory";
    code = curl_url_set(parsed, CURLUPART_URL, url, flags);
    fault = code != CURLUE_OK ? words(code) : fault_of_parts(parsed);
    curl_url_cleanup(parsed);
    return fault;
}

ilf_status ilf__http_check_url(const char *option, const char *url, ilf_error *err)
{
    const bool tls = strncasecmp(url, "https://", 8) == 0;
    const char *fault;
    char shown[256];

    if (!tls && strncasecmp(url, "http://", 7) != 0)
        fault = "must begin with http:// or https://";
    else if (tls && !has_feature(CURL_VERSION_SSL))
        fault = "this libcurl knows no https";
    else
        fault = fault_of(url, CURLU_PATH_AS_IS);
    if (!fault)
        return ILF_OK;
    show(shown, sizeof(shown), url);
    return ilf_fail(err, ILF_ERR_CONFIG, "%s: %s: '%s'", option, fault, shown);
}

ilf_status ilf__http_check_proxy(const char *option, const char *url, ilf_error *err)
{
    static const char *const schemes[] = {"http", "socks4", "socks4a", "socks5", "socks5h", NULL};
    const char *colon = strstr(url, "://"), *fault = NULL;
    size_t len = colon ? (size_t)(colon - url) : 0;
    bool known = !colon;

    if (len == 5 && strncasecmp(url, "https", 5) == 0)
        known = has_feature(CURL_VERSION_HTTPS_PROXY);
    for (size_t i = 0; schemes[i] && colon; i++)
        known = known || (strlen(schemes[i]) == len && strncasecmp(url, schemes[i], len) == 0);
    if (!known)
        fault = "its scheme must be http, https, socks4, socks4a, socks5 or socks5h";
    else
        fault = fault_of(url, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME);
    return fault
               ? ilf_fail(err, ILF_ERR_CONFIG, "%s: %s (not shown, it is a secret)", option, fault)
               : ILF_OK;
}
