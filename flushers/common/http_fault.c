/* Whose fault it is when a request can't be sent or gets no answer: the record's, the endpoint's, this
 * machine's or the configuration's. */
#include "http_client.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define RECORD ILF__HTTP_RECORD
#define ENDPOINT ILF__HTTP_ENDPOINT
#define MACHINE ILF__HTTP_MACHINE
#define CONFIG ILF__HTTP_CONFIG

static const char other_protocol[] =
    "libcurl took it for another protocol than HTTP: check the URL";
static const char tls_files[] =
    "TLS: can't use the client's certificate: check TLS.CertFile, KeyFile and KeyPassword";
static const char ca_files[] = "TLS: can't read TLS.CAFile";
static const char handshake[] =
    "TLS: the handshake failed: check TLS versions, and whether the server wants a certificate";
static const char certificate[] = "TLS: the server's certificate is not to be trusted: check "
                                  "TLS.CAFile, its names and dates";
static const char broke_off[] = "HTTP/2: the stream or connection was broken off";
static const char engine[] = "TLS: OpenSSL's engine does not work: check openssl.cnf";
static const char option[] = "libcurl refuses an option: update libcurl, or report this line";
static const char receiving[] = "the connection broke while receiving the answer";
static const char no_http[] = "this is no HTTP";
static const char callback[] = "libcurl and its caller disagree: report this line";

/* All of libcurl's codes (libcurl-errors(3)): a number for each that its header has. Those of other
 * protocols and those not in use any more can come only from an endpoint that is no HTTP server. */
static const struct ilf__http_cause causes[] = {
    [CURLE_OK] = {ENDPOINT, "answered"},
    [CURLE_UNSUPPORTED_PROTOCOL] = {CONFIG, "libcurl has no such protocol: check the URL"},
    [CURLE_FAILED_INIT] = {MACHINE, "libcurl can't start: is memory short?"},
    [CURLE_URL_MALFORMAT] = {CONFIG, "libcurl can't read the URL: check RemoteURL"},
    [CURLE_NOT_BUILT_IN] = {CONFIG, "this libcurl was built without what the options ask for: "
                                    "install another"},
    [CURLE_COULDNT_RESOLVE_PROXY] = {ENDPOINT,
                                     "can't resolve the proxy's name: check Proxy, and DNS"},
    [CURLE_COULDNT_RESOLVE_HOST] = {ENDPOINT, "can't resolve the host's name: check it, and DNS"},
    [CURLE_COULDNT_CONNECT] = {ENDPOINT,
                               "can't connect: is the server running, and the port right?"},
    [CURLE_WEIRD_SERVER_REPLY] = {ENDPOINT, no_http},
    [9] = {ENDPOINT, other_protocol},
    [10] = {ENDPOINT, other_protocol},
    [11] = {ENDPOINT, other_protocol},
    [12] = {ENDPOINT, other_protocol},
    [13] = {ENDPOINT, other_protocol},
    [14] = {ENDPOINT, other_protocol},
    [15] = {ENDPOINT, other_protocol},
    [CURLE_HTTP2] = {ENDPOINT, broke_off},
    [17] = {ENDPOINT, other_protocol},
    [CURLE_PARTIAL_FILE] = {ENDPOINT, receiving},
    [19] = {ENDPOINT, other_protocol},
    [20] = {ENDPOINT, other_protocol},
    [21] = {ENDPOINT, other_protocol},
    [CURLE_HTTP_RETURNED_ERROR] = {ENDPOINT, "the server answered with an error"},
    [CURLE_WRITE_ERROR] = {ENDPOINT, "the head of the answer does not end within 256 KiB"},
    [24] = {ENDPOINT, other_protocol},
    [CURLE_UPLOAD_FAILED] = {ENDPOINT, "the server did not take the request"},
    [CURLE_READ_ERROR] = {MACHINE, callback},
    [CURLE_OUT_OF_MEMORY] = {MACHINE, "out of memory: give this process more, or lower "
                                      "Queue.MaxBytes"},
    [CURLE_OPERATION_TIMEDOUT] = {ENDPOINT, "timed out"},
    [29] = {ENDPOINT, other_protocol},
    [30] = {ENDPOINT, other_protocol},
    [31] = {ENDPOINT, other_protocol},
    [32] = {ENDPOINT, other_protocol},
    [33] = {ENDPOINT, other_protocol},
    [34] = {ENDPOINT, other_protocol},
    [CURLE_SSL_CONNECT_ERROR] = {ENDPOINT, handshake},
    [36] = {ENDPOINT, other_protocol},
    [37] = {ENDPOINT, other_protocol},
    [38] = {ENDPOINT, other_protocol},
    [39] = {ENDPOINT, other_protocol},
    [40] = {ENDPOINT, other_protocol},
    [41] = {CONFIG, option},
    [CURLE_ABORTED_BY_CALLBACK] = {MACHINE, callback},
    [CURLE_BAD_FUNCTION_ARGUMENT] = {CONFIG, option},
    [44] = {MACHINE, callback},
    [CURLE_INTERFACE_FAILED] = {MACHINE, "can't use the network interface: check the machine's "
                                         "addresses"},
    [46] = {ENDPOINT, other_protocol},
    [CURLE_TOO_MANY_REDIRECTS] = {ENDPOINT,
                                  "redirects in a circle: ask for the address that it leads to"},
    [CURLE_UNKNOWN_OPTION] = {CONFIG, option},
    [49] = {CONFIG, option},
    [50] = {ENDPOINT, other_protocol},
    [51] = {ENDPOINT, certificate},
    [CURLE_GOT_NOTHING] = {ENDPOINT, "the server closed the connection without an answer"},
    [CURLE_SSL_ENGINE_NOTFOUND] = {CONFIG, engine},
    [CURLE_SSL_ENGINE_SETFAILED] = {CONFIG, engine},
    [CURLE_SEND_ERROR] = {ENDPOINT, "the connection broke while sending"},
    [CURLE_RECV_ERROR] = {ENDPOINT, receiving},
    [57] = {MACHINE, callback},
    [CURLE_SSL_CERTPROBLEM] = {CONFIG, tls_files},
    [CURLE_SSL_CIPHER] = {CONFIG, handshake},
    [CURLE_PEER_FAILED_VERIFICATION] = {ENDPOINT, certificate},
    [CURLE_BAD_CONTENT_ENCODING] = {ENDPOINT, "the answer has a coding that nobody asked for"},
    [62] = {ENDPOINT, other_protocol},
    [CURLE_FILESIZE_EXCEEDED] = {ENDPOINT, "the answer is too large"},
    [CURLE_USE_SSL_FAILED] = {ENDPOINT, handshake},
    [CURLE_SEND_FAIL_REWIND] = {ENDPOINT, "the connection broke while sending"},
    [CURLE_SSL_ENGINE_INITFAILED] = {CONFIG, engine},
    [CURLE_LOGIN_DENIED] = {CONFIG, "the server refuses who we are: check Auth"},
    [68] = {ENDPOINT, other_protocol},
    [69] = {ENDPOINT, other_protocol},
    [70] = {ENDPOINT, other_protocol},
    [71] = {ENDPOINT, other_protocol},
    [72] = {ENDPOINT, other_protocol},
    [73] = {ENDPOINT, other_protocol},
    [74] = {ENDPOINT, other_protocol},
    [75] = {ENDPOINT, other_protocol},
    [76] = {ENDPOINT, other_protocol},
    [CURLE_SSL_CACERT_BADFILE] = {CONFIG, ca_files},
    [78] = {ENDPOINT, other_protocol},
    [79] = {ENDPOINT, other_protocol},
    [CURLE_SSL_SHUTDOWN_FAILED] = {ENDPOINT, "TLS: the connection could not be ended"},
    [CURLE_AGAIN] = {MACHINE, callback},
    [CURLE_SSL_CRL_BADFILE] = {CONFIG, ca_files},
    [CURLE_SSL_ISSUER_ERROR] = {ENDPOINT, certificate},
    [84] = {ENDPOINT, other_protocol},
    [85] = {ENDPOINT, other_protocol},
    [86] = {ENDPOINT, other_protocol},
    [87] = {ENDPOINT, other_protocol},
    [88] = {ENDPOINT, other_protocol},
    [CURLE_NO_CONNECTION_AVAILABLE] = {MACHINE, "no connection is free: raise MaxConnsPerHost"},
    [CURLE_SSL_PINNEDPUBKEYNOTMATCH] = {ENDPOINT, certificate},
    [CURLE_SSL_INVALIDCERTSTATUS] = {ENDPOINT, certificate},
    [CURLE_HTTP2_STREAM] = {ENDPOINT, broke_off},
    [CURLE_RECURSIVE_API_CALL] = {MACHINE, callback},
    [CURLE_AUTH_ERROR] = {CONFIG, "can't authenticate: check Auth"},
    [CURLE_HTTP3] = {ENDPOINT, "HTTP/3: the connection was broken off"},
    [CURLE_QUIC_CONNECT_ERROR] = {ENDPOINT, "can't connect by QUIC"},
    [CURLE_PROXY] = {ENDPOINT, "the proxy refuses: check Proxy and its user"},
    [CURLE_SSL_CLIENTCERT] = {CONFIG, "TLS: the server wants a certificate: set TLS.CertFile and "
                                      "KeyFile"},
    [CURLE_UNRECOVERABLE_POLL] = {MACHINE, "poll fails: are memory or descriptors short?"},
#if LIBCURL_VERSION_NUM >= 0x080600
    [CURLE_TOO_LARGE] = {RECORD, "the request is larger than libcurl can send"},
#endif
#if LIBCURL_VERSION_NUM >= 0x080800
    [CURLE_ECH_REQUIRED] = {CONFIG, "TLS: the server has no ECH"},
#endif
};

struct ilf__http_cause ilf__http_cause(CURLcode code)
{
    static const struct ilf__http_cause later = {ENDPOINT, "failed"}; /* of a newer libcurl */

    return (size_t)code < sizeof(causes) / sizeof(causes[0]) ? causes[code] : later;
}

/* Could no file be opened now? libcurl does not tell: it says that it can't connect, resolve or read. */
static bool lacks_descriptors(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd >= 0)
        (void)close(fd);
    return fd < 0 && (errno == EMFILE || errno == ENFILE);
}

struct ilf__http_cause ilf__http_cause_of(CURL *easy, CURLcode code)
{
    static const struct ilf__http_cause
        descriptors = {MACHINE, "out of file descriptors: raise the limit (ulimit -n)"},
        ports = {MACHINE, "no local port is free: widen net.ipv4.ip_local_port_range, or lower "
                          "Concurrency"};
    static const struct ilf__http_cause answer = {ENDPOINT, no_http};
    static const struct ilf__http_cause long_line = {
        ENDPOINT, "the answer has a line longer than 100 KiB, or memory is short"};
    long error = 0, sent = 0;

    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL: /* or what is none has answered, or redirected to none */
    case CURLE_URL_MALFORMAT:
        curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
        return sent > 0 ? answer : ilf__http_cause(code);
    case CURLE_OUT_OF_MEMORY: /* libcurl says so of a line that its buffer does not take, too */
        curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
        return sent > 0 ? long_line : ilf__http_cause(code);
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
        if (error == EADDRNOTAVAIL)
            return ports;
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_FAILED_INIT:
        break;
    default:
        return ilf__http_cause(code);
    }
    return lacks_descriptors() ? descriptors : ilf__http_cause(code);
}

/* --- What is too large ------------------------------------------------------------------------ */

/* What libcurl adds: request line, Host, Content-Length and others, and who we are. */
static size_t added_to_head(const struct ilf__http_client *client)
{
    const struct ilf__http_auth *auth = &client->options->auth;
    const char *token = ilf__http_token(client);
    size_t secrets = strlen(auth->username) + strlen(auth->password) + (token ? strlen(token) : 0);

    return 1024 + 2 * secrets;
}

size_t ilf__http_head_size(const struct ilf__http_client *client,
                           const struct ilf__http_request *request)
{
    size_t size = strlen(request->url) + added_to_head(client);

    for (const char *const *header = request->headers; *header; header++)
        size += strlen(*header) + 2;
    return size;
}

bool ilf__http_wants_1_1(const struct ilf__http_client *client, size_t head)
{
    return client->options->version != ILF__HTTP_2_PRIOR && head > ILF__HTTP_MOST_HEAD_2;
}

ilf_status ilf__http_fits(const struct ilf__http_client *client,
                          const struct ilf__http_request *request, ilf_error *err)
{
    size_t size = ilf__http_head_size(client, request);
    bool only_2 = client->options->version == ILF__HTTP_2_PRIOR;

    if (size <= (only_2 ? ILF__HTTP_MOST_HEAD_2 : ILF__HTTP_MOST_HEAD))
        return ILF_OK;
    return ilf_fail(err, ILF_ERR_DROP,
                    "the head of the request, its URL and headers, would have %zu bytes, of which "
                    "the client sends at most %s",
                    size, only_2 ? "64 KiB by HTTP/2" : "960 KiB");
}
