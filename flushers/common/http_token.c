/* Authentication by a token in a header: a fixed one, or one of OAuth 2, by client credentials (RFC 6749,
 * section 4.4). */
#include "http_client.h"

#include <stdlib.h>

#include <jansson.h>

enum { MAX_TOKEN_REPLY = 64 << 10, DEFAULT_LIFE_S = 300, RENEW_BEFORE_S = 30 };

static const int64_t LONGEST_WAIT = 60000000000;

#define BEARER "Authorization: Bearer "

bool ilf__http_is_token(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return false;
    return *text;
}

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
    token->reply.unanswered = false;
    token->reply.unreached = token->reply.fault != ILF__HTTP_MACHINE;
    if (token->reply.fault == ILF__HTTP_RECORD)
        token->reply.fault = ILF__HTTP_CONFIG;
    token->reply.reason = (ilf_str){token->reason, strlen(token->reason)};
    if (token->reply.retry_after > 0)
        token->retry_at = ilf__clock() + (uint64_t)(token->reply.retry_after < LONGEST_WAIT
                                                        ? token->reply.retry_after
                                                        : LONGEST_WAIT);
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

/* Does the token server want to be left alone? All that need a token wait then, to whichever endpoint
 * they go. A minute at most: the runtime, which knows Retry.MaxRetryAfter, does the rest. */
static bool must_wait(struct ilf__http_token *token)
{
    uint64_t now = ilf__clock();

    if (now >= token->retry_at)
        return false;
    token->failed = true; /* as it said */
    token->reply.retry_after = (int64_t)(token->retry_at - now);
    return true;
}

/* On a handle of its own, for the other server must not see who we are here. */
bool ilf__http_fetch_token(struct ilf__http_client *client)
{
    const struct ilf__http_options *o = client->options;
    struct ilf__http_token *token = &client->token;
    struct ilf__http_slot *slot;
    bool ok;

    if (must_wait(token))
        return false;
    slot = calloc(1, sizeof(*slot));
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
    ilf__http_set_proxy(client, slot->easy, slot->request.url);
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
    else if (!text || !ilf__http_is_token(text))
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

    if (ilf__clock() >= token->retry_at) /* else it is why there is none */
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

    if (*auth->bearer_token && !ilf__http_is_token(auth->bearer_token))
        return ilf_fail(err, ILF_ERR_CONFIG, "Auth.BearerToken holds blanks or control characters");
    if (*auth->aws.session_token && !ilf__http_is_token(auth->aws.session_token))
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
