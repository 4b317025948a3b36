/* TLS and authentication of the HTTP client: its options, and what of them libcurl does itself. */
#include "http_client.h"

#include "http_url.h"

#define AUTH struct ilf__http_auth

static const ilf_option oauth2_options[] = {
    ILF_OPTION(STR, AUTH, oauth2.token_url, "TokenURL", NULL,
               "where to get tokens; empty: no OAuth 2"),
    ILF_OPTION(STR, AUTH, oauth2.client_id, "ClientID", NULL, "name of the client",
               .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, AUTH, oauth2.client_secret, "ClientSecret", NULL, "its secret",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(LIST, AUTH, oauth2.scopes, "Scopes", NULL, "scopes to ask for"),
    ILF_OPTION(MAP, AUTH, oauth2.parameters, "Parameters", NULL,
               "further parameters of the request, such as audience"),
    {0},
};

static const ilf_option aws_options[] = {
    ILF_OPTION(STR, AUTH, aws.service, "Service", NULL, "name of the service; empty: no signature"),
    ILF_OPTION(STR, AUTH, aws.region, "Region", NULL, "name of the region"),
    ILF_OPTION(STR, AUTH, aws.access_key, "AccessKey", NULL, "id of the key",
               .flags = ILF_OPT_EXPAND | ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, AUTH, aws.secret_key, "SecretKey", NULL, "the key",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, AUTH, aws.session_token, "SessionToken", NULL, "token of a temporary key",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    {0},
};

const ilf_option ilf__http_auth_options[] = {
    ILF_OPTION(STR, AUTH, username, "Username", NULL, "user of basic authentication",
               .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, AUTH, password, "Password", NULL, "password of that user",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, AUTH, bearer_token, "BearerToken", NULL,
               "token to send as Authorization: Bearer",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    {.name = "OAuth2",
     .type = ILF_OPT_TABLE,
     .help = "tokens by client credentials",
     .table = oauth2_options},
    {.name = "AWS",
     .type = ILF_OPT_TABLE,
     .help = "requests signed with Signature Version 4",
     .table = aws_options},
    {0},
};

static bool has_control(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return true;
    return false;
}

/* libcurl parts service and region by colons, and they stand in a header. */
static bool is_aws_name(const char *name)
{
    const size_t len = strlen(name);

    return len <= 100 && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_.") == len;
}

ilf_status ilf__http_auth_check(const struct ilf__http_auth *auth, ilf_error *err)
{
    int kinds = !!*auth->username + !!*auth->bearer_token + !!*auth->oauth2.token_url +
                !!*auth->aws.service;

    if (kinds > 1)
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "Auth: choose one of Username, BearerToken, OAuth2.TokenURL and AWS.Service");
    if (*auth->password && !*auth->username)
        return ilf_fail(err, ILF_ERR_CONFIG, "Auth.Username is missing: Password goes with it");
    if (strchr(auth->username, ':'))
        return ilf_fail(
            err, ILF_ERR_CONFIG,
            "Auth.Username holds a colon, where basic authentication ends it (RFC 7617): "
            "put what is behind it into Password");
    if (has_control(auth->username) || has_control(auth->password))
        return ilf_fail(err, ILF_ERR_CONFIG, "Auth.%s holds a control character",
                        has_control(auth->username) ? "Username" : "Password");
    if (*auth->oauth2.token_url &&
        ilf__http_check_url("Auth.OAuth2.TokenURL", auth->oauth2.token_url, err) != ILF_OK)
        return ILF_ERR_CONFIG;
    if (*auth->oauth2.token_url && !*auth->oauth2.client_id)
        return ilf_fail(err, ILF_ERR_CONFIG, "Auth.OAuth2.ClientID is missing: TokenURL needs it");
    if (!*auth->oauth2.token_url && (*auth->oauth2.client_id || *auth->oauth2.client_secret))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.OAuth2.TokenURL is missing: ClientID and ClientSecret go with it");
    if (!*auth->aws.service &&
        (*auth->aws.region || *auth->aws.access_key || *auth->aws.secret_key))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.AWS.Service is missing: Region, AccessKey and SecretKey go with it");
    if (*auth->aws.service &&
        (!*auth->aws.region || !*auth->aws.access_key || !*auth->aws.secret_key))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.AWS: Region, AccessKey and SecretKey go with Service");
    if (!is_aws_name(auth->aws.service) || !is_aws_name(auth->aws.region))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.AWS: Service and Region are names such as es and eu-west-1");
    if (*auth->aws.access_key && !ilf__http_is_token(auth->aws.access_key))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.AWS.AccessKey holds blanks or control characters");
    return ILF_OK;
}

void ilf__http_set_tls(CURL *easy, const struct ilf__tls_options *options)
{
    static const long least[] = {CURL_SSLVERSION_DEFAULT, CURL_SSLVERSION_TLSv1_0,
                                 CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_TLSv1_2,
                                 CURL_SSLVERSION_TLSv1_3};
    static const long most[] = {CURL_SSLVERSION_MAX_DEFAULT, CURL_SSLVERSION_MAX_TLSv1_0,
                                CURL_SSLVERSION_MAX_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_2,
                                CURL_SSLVERSION_MAX_TLSv1_3};

    curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                     least[options->min_version] | most[options->max_version]);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->insecure_skip_verify ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->insecure_skip_verify ? 0L : 2L);
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); /* read anew by each connection */
    /* A session that is resumed stands for the certificates of its beginning: neither a server's nor
     * a client's renewed one would be seen. */
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    if (*options->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    if (*options->cert_file) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, options->cert_file);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, options->key_file);
    }
    if (*options->key_password)
        curl_easy_setopt(easy, CURLOPT_KEYPASSWD, options->key_password);
}

void ilf__http_set_auth(CURL *easy, const struct ilf__http_auth *auth)
{
    char provider[256];

    if (*auth->username) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, auth->username);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, auth->password);
    } else if (*auth->aws.service) {
        (void)snprintf(provider, sizeof(provider), "aws:amz:%.100s:%.100s", auth->aws.region,
                       auth->aws.service);
        curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, provider);
        curl_easy_setopt(easy, CURLOPT_USERNAME, auth->aws.access_key);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, auth->aws.secret_key);
    }
}

void ilf__http_forget_auth(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, NULL);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, NULL);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, NULL);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, NULL);
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, NULL);
}
