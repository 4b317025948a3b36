/* TLS and authentication of the HTTP client: basic, bearer token, OAuth 2 client credentials
 * (RFC 6749, section 4.4), and the signatures of AWS, which libcurl makes. */
#include "http_client.h"

#include <stdlib.h>

#include <jansson.h>

enum { MAX_TOKEN_REPLY = 64 << 10, DEFAULT_LIFE_S = 300, RENEW_BEFORE_S = 30 };

#define AUTH struct ilf__http_auth
#define BEARER "Authorization: Bearer "

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
    if (*auth->oauth2.token_url && !*auth->oauth2.client_id)
        return ilf_fail(err, ILF_ERR_CONFIG, "Auth.OAuth2.ClientID is missing: TokenURL needs it");
    if (*auth->aws.service &&
        (!*auth->aws.region || !*auth->aws.access_key || !*auth->aws.secret_key))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.AWS: Region, AccessKey and SecretKey go with Service");
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

/* --- Tokens ---------------------------------------------------------------------------------- */

static bool set_header(struct ilf__http_token *token, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 1;
    char *header = malloc(size);

    if (!header)
        return false;
    (void)snprintf(header, size, "%s%s", name, value);
    free(token->header);
    token->header = header;
    token->version++;
    return true;
}

const char *ilf__http_token(const struct ilf__http_client *client)
{
    return client->token.header;
}

bool ilf__http_needs_token(const struct ilf__http_client *client)
{
    return *client->options->auth.oauth2.token_url &&
           (!client->token.header || ilf__clock() >= client->token.expires_at);
}

static void fail_token(struct ilf__http_token *token, const char *why,
                       const struct ilf__http_reply *like)
{
    token->failed = true;
    token->reply = like ? *like : (struct ilf__http_reply){0};
    (void)snprintf(token->reason, sizeof(token->reason), "OAuth 2: %s", why);
    /* The records were not judged: whatever the token server says, they are sent later. */
    token->reply.status = 0;
    token->reply.body = (ilf_str){"", 0};
    token->reply.unanswered = token->reply.hopeless = false;
    token->reply.unreached = true;
    token->reply.reason = (ilf_str){token->reason, strlen(token->reason)};
}

static void put_parameter(CURL *easy, struct ilf__text *form, const char *name, ilf_str value)
{
    char *key = curl_easy_escape(easy, name, 0);
    char *text = value.len > 0 ? curl_easy_escape(easy, value.ptr, (int)value.len) : NULL;

    if (!key || (value.len > 0 && !text)) {
        form->failed = true;
    } else {
        if (form->len > 0)
            ilf__text_put_char(form, '&');
        ilf__text_put(form, key, strlen(key));
        ilf__text_put_char(form, '=');
        ilf__text_put(form, text ? text : "", text ? strlen(text) : 0);
    }
    curl_free(key);
    curl_free(text);
}

static void put_form(CURL *easy, struct ilf__text *form, const struct ilf__http_auth *auth)
{
    struct ilf__text scopes = {0};

    put_parameter(easy, form, "grant_type", (ilf_str){"client_credentials", 18});
    for (size_t i = 0; i < auth->oauth2.scopes.n; i++) {
        if (i > 0)
            ilf__text_put_char(&scopes, ' ');
        ilf__text_put(&scopes, auth->oauth2.scopes.items[i], strlen(auth->oauth2.scopes.items[i]));
    }
    form->failed = form->failed || scopes.failed;
    if (scopes.len > 0)
        put_parameter(easy, form, "scope", (ilf_str){scopes.ptr, scopes.len});
    for (size_t i = 0; i < auth->oauth2.parameters.n; i++)
        put_parameter(easy, form, auth->oauth2.parameters.items[i].key.ptr,
                      auth->oauth2.parameters.items[i].value);
    ilf__text_dispose(&scopes);
}

static void never_done(void *owner, const struct ilf__http_reply *reply)
{
    (void)owner;
    (void)reply;
}

/* Who we are to the token server: basic authentication, with both as in a form (RFC 6749, section
 * 2.3.1). */
static bool set_client(CURL *easy, const struct ilf__http_auth *auth)
{
    char *id = curl_easy_escape(easy, auth->oauth2.client_id, 0);
    char *secret = curl_easy_escape(easy, auth->oauth2.client_secret, 0);
    bool ok = id && secret;

    if (ok) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        ok = curl_easy_setopt(easy, CURLOPT_USERNAME, id) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_PASSWORD, secret) == CURLE_OK;
    }
    curl_free(id);
    curl_free(secret);
    return ok;
}

/* On a handle of its own, for the other server must not see who we are here. */
bool ilf__http_fetch_token(struct ilf__http_client *client)
{
    const struct ilf__http_options *o = client->options;
    struct ilf__http_token *token = &client->token;
    struct ilf__http_slot *slot = calloc(1, sizeof(*slot));
    bool ok;

    if (!slot || !(slot->easy = curl_easy_init())) {
        free(slot);
        fail_token(token, "out of memory", NULL);
        return false;
    }
    ilf__http_set_tls(slot->easy, &o->tls);
    token->form.len = 0;
    put_form(slot->easy, &token->form, &o->auth);
    slot->request = (struct ilf__http_request){
        .url = o->auth.oauth2.token_url, .max_reply = MAX_TOKEN_REPLY, .done = never_done};
    ilf__http_prepare(client, slot);
    curl_easy_setopt(slot->easy, CURLOPT_URL, slot->request.url);
    curl_easy_setopt(slot->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, (long)(o->timeout / 1000000));
    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, token->form.ptr);
    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)token->form.len);
    token->slot = slot;
    ok = set_client(slot->easy, &o->auth) && !token->form.failed &&
         curl_multi_add_handle(client->multi, slot->easy) == CURLM_OK;
    if (!ok) {
        ilf__http_drop_token_request(client);
        fail_token(token, "out of memory", NULL);
    }
    return ok;
}

void ilf__http_drop_token_request(struct ilf__http_client *client)
{
    struct ilf__http_slot *slot = client->token.slot;

    if (!slot)
        return;
    (void)curl_multi_remove_handle(client->multi, slot->easy);
    curl_easy_cleanup(slot->easy);
    ilf__text_dispose(&slot->reply);
    free(slot);
    client->token.slot = NULL;
}

/* Header values end at a line's end: a server that gets one into ours would write headers. */
static bool is_token(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return false;
    return *text;
}

void ilf__http_token_done(struct ilf__http_client *client, const struct ilf__http_reply *reply)
{
    struct ilf__http_token *token = &client->token;
    json_t *root = json_loadb(reply->body.ptr ? reply->body.ptr : "", reply->body.len, 0, NULL);
    const char *text = json_string_value(json_object_get(root, "access_token"));
    double life = json_number_value(json_object_get(root, "expires_in"));

    life = life >= 1 && life < 1e7 ? life : DEFAULT_LIFE_S;
    life -= life > 2 * RENEW_BEFORE_S ? RENEW_BEFORE_S : 0;
    if (reply->status != 200)
        fail_token(token,
                   reply->reason.len > 0 ? reply->reason.ptr : "TokenURL does not answer 200",
                   reply);
    else if (!text || !is_token(text))
        fail_token(token, "the answer of TokenURL holds no access_token", reply);
    else if (!set_header(token, BEARER, text))
        fail_token(token, "out of memory", NULL);
    else
        token->expires_at = ilf__clock() + (uint64_t)(life * 1e9);
    json_decref(root);
    ilf__http_drop_token_request(client);
}

struct ilf__http_bearer ilf__http_fetch_bearer(struct ilf__http_client *client,
                                               const atomic_bool *stop)
{
    struct ilf__http_token *token = &client->token;
    const uint64_t version = token->version;
    int64_t life;

    token->reason[0] = '\0';
    if (ilf__http_fetch_token(client))
        while (token->slot && !atomic_load(stop))
            ilf__http_poll(client, -1);
    ilf__http_drop_token_request(client);
    if (token->version == version)
        return (struct ilf__http_bearer){.reason = *token->reason ? token->reason : "cancelled"};
    life = (int64_t)(token->expires_at - ilf__clock());
    return (struct ilf__http_bearer){.token = token->header + sizeof(BEARER) - 1, .life = life};
}

void ilf__http_token_refused(struct ilf__http_client *client, uint64_t version)
{
    if (*client->options->auth.oauth2.token_url && client->token.version == version)
        client->token.expires_at = 0;
}

ilf_status ilf__http_token_init(struct ilf__http_client *client, ilf_error *err)
{
    const struct ilf__http_auth *auth = &client->options->auth;

    if (*auth->bearer_token && !is_token(auth->bearer_token))
        return ilf_fail(err, ILF_ERR_CONFIG, "Auth.BearerToken holds blanks or control characters");
    if (*auth->aws.session_token && !is_token(auth->aws.session_token))
        return ilf_fail(err, ILF_ERR_CONFIG,
                        "Auth.AWS.SessionToken holds blanks or control characters");
    if ((*auth->bearer_token && !set_header(&client->token, BEARER, auth->bearer_token)) ||
        (*auth->aws.session_token &&
         !set_header(&client->token, "X-Amz-Security-Token: ", auth->aws.session_token)))
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    return ILF_OK;
}

void ilf__http_token_dispose(struct ilf__http_client *client)
{
    free(client->token.header);
    ilf__text_dispose(&client->token.form);
    client->token.header = NULL;
}
