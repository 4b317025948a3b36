/* Who we are to the brokers, and how we know them: TLS and SASL as properties of librdkafka. */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "../common/http_url.h"
#include "../common/text.h"
#include "config.h"

#define AUTH struct kafka_auth
#define LOGIN struct kafka_login
#define KERBEROS struct kafka_kerberos
#define OAUTH struct kafka_oauth
#define SUBTABLE(owner, member, option, text, rows)                                                \
    {                                                                                              \
        .name = (option), .type = ILF_OPT_TABLE, .offset = offsetof(owner, member),                \
        .help = (text), .table = (rows)                                                            \
    }

static const ilf_option plain_text_options[] = {
    ILF_OPTION(STR, LOGIN, username, "Username", NULL, "user", .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, LOGIN, password, "Password", NULL, "password of that user",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    {0},
};

static const ilf_option sasl_options[] = {
    ILF_OPTION(STR, LOGIN, mechanism, "SaslMechanism", NULL,
               "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: PLAIN"),
    ILF_OPTION(STR, LOGIN, username, "Username", NULL, "user", .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, LOGIN, password, "Password", NULL, "password of that user",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    {0},
};

static const ilf_option kerberos_options[] = {
    ILF_OPTION(STR, KERBEROS, service, "ServiceName", NULL,
               "name of the brokers' service, mostly kafka; empty: no Kerberos"),
    ILF_OPTION(STR, KERBEROS, realm, "Realm", NULL, "realm of the user"),
    ILF_OPTION(BOOL, KERBEROS, use_keytab, "UseKeyTab", "false",
               "get tickets with KeyTabPath; false: use those that are there"),
    ILF_OPTION(STR, KERBEROS, username, "Username", NULL, "user", .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, KERBEROS, password, "Password", NULL,
               "rejected: a command would have to be given it",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, KERBEROS, config_path, "ConfigPath", NULL,
               "krb5.conf for kinit; the agent's variable KRB5_CONFIG must name it too",
               .flags = ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, KERBEROS, keytab_path, "KeyTabPath", NULL, "file of the user's keys",
               .flags = ILF_OPT_SAME_SINK),
    {0},
};

static const ilf_option oauth_options[] = {
    ILF_OPTION(STR, OAUTH, token_url, "TokenURL", NULL, "where to get tokens; empty: no OAuth"),
    ILF_OPTION(STR, OAUTH, client_id, "ClientID", NULL, "name of the client",
               .flags = ILF_OPT_EXPAND),
    ILF_OPTION(STR, OAUTH, client_secret, "ClientSecret", NULL, "its secret",
               .flags = ILF_OPT_SECRET | ILF_OPT_SAME_SINK),
    ILF_OPTION(STR, OAUTH, scope, "Scope", NULL, "scope to ask for"),
    ILF_OPTION(MAP, OAUTH, extensions, "Extensions", NULL, "extensions of SASL to send along"),
    SUBTABLE(OAUTH, tls, "TLS", "encryption to TokenURL", ilf__tls_options),
    {0},
};

const ilf_option kafka_auth_options[] = {
    SUBTABLE(AUTH, plain_text, "PlainText", "SASL with the mechanism PLAIN", plain_text_options),
    SUBTABLE(AUTH, sasl, "SASL", "SASL with user and password", sasl_options),
    SUBTABLE(AUTH, tls, "TLS", "encryption", ilf__tls_options),
    SUBTABLE(AUTH, kerberos, "Kerberos", "SASL with the mechanism GSSAPI", kerberos_options),
    SUBTABLE(AUTH, oauth, "OAuthBearer",
             "SASL with the mechanism OAUTHBEARER and client credentials", oauth_options),
    {0},
};

/* @text goes on where the path of Authentication ends. */
static void fail(struct kafka_properties *p, const char *text)
{
    if (p->status == ILF_OK)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG, "detail.Authentication%s", text);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void set_tls(struct kafka_properties *p, const struct ilf__tls_options *tls)
{
    static const char option[] = "Authentication.TLS";
    ilf_error err;

    if (!tls->enabled &&
        (*tls->ca_file || *tls->cert_file || *tls->key_file || tls->insecure_skip_verify))
        fail(p,
             ".TLS.Enabled: is false, but other options of TLS are set: set it to true, or leave "
             "TLS out");
    if (!tls->enabled)
        return;
    if (p->status == ILF_OK && ilf__tls_check(tls, &err) != ILF_OK)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG, "detail.Authentication.%.900s", err.text);
    if (tls->min_version == ILF__TLS_1_3 || tls->max_version != ILF__TLS_DEFAULT)
        fail(p,
             ".TLS: librdkafka can't be held to MinVersion 1.3 or to a MaxVersion: leave them out, "
             "or set MinProtocol and MaxProtocol in openssl.cnf");
    if (*tls->ca_file)
        kafka_property(p, option, true, "ssl.ca.location", tls->ca_file);
    if (*tls->cert_file) {
        kafka_property(p, option, true, "ssl.certificate.location", tls->cert_file);
        kafka_property(p, option, true, "ssl.key.location", tls->key_file);
    }
    if (*tls->key_password)
        kafka_property(p, option, true, "ssl.key.password", tls->key_password);
    if (tls->insecure_skip_verify)
        kafka_property(p, option, true, "enable.ssl.certificate.verification", "false");
    /* librdkafka knows no versions, but the names of ciphers tell those of TLS 1.2 from the older
     * ones, without which no older version can be agreed upon. */
    if (tls->min_version == ILF__TLS_1_2)
        kafka_property(p, option, false, "ssl.cipher.suites", "DEFAULT:!SSLv3:!TLSv1");
}

/* --- SASL ------------------------------------------------------------------------------------- */

static void set_login(struct kafka_properties *p, const char *option, const struct kafka_login *l)
{
    static const char *const mechanisms[] = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};
    const char *mechanism = l->mechanism && *l->mechanism ? l->mechanism : mechanisms[0];
    const char *known = NULL;

    for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++)
        if (strcasecmp(mechanism, mechanisms[i]) == 0)
            known = mechanisms[i];
    if (!known)
        fail(p, ".SASL.SaslMechanism: want PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; Kerberos and "
                "OAuthBearer have tables of their own");
    if (p->status == ILF_OK && (!*l->username || !*l->password))
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG, "detail.%s.%s is missing", option,
                             *l->username ? "Password" : "Username");
    kafka_property(p, option, true, "sasl.mechanisms", known ? known : "");
    kafka_property(p, option, true, "sasl.username", l->username);
    kafka_property(p, option, true, "sasl.password", l->password);
}

/* These become parts of a command line. */
static bool is_plain(const char *text)
{
    return *text != '-' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "@._/:+-")] == '\0';
}

static void set_kerberos(struct kafka_properties *p, const struct kafka_kerberos *k)
{
    static const char option[] = "Authentication.Kerberos";
    struct ilf__text principal = {0}, command = {0};

    if (*k->password)
        fail(p, ".Kerberos.Password: does not work here: use UseKeyTab and KeyTabPath");
    if (k->use_keytab && (!*k->keytab_path || !*k->username))
        fail(p, ".Kerberos: UseKeyTab needs KeyTabPath and Username");
    if (p->status == ILF_OK && k->use_keytab && access(k->keytab_path, R_OK) != 0)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG, "detail.%s.KeyTabPath: open '%s': %s", option,
                             k->keytab_path, strerror(errno));
    if (!is_plain(k->username) || !is_plain(k->realm) || !is_plain(k->keytab_path) ||
        !is_plain(k->config_path))
        fail(p, ".Kerberos: names and paths may hold letters, digits and @._/:+- only, "
                "and not begin with -: they are part of a command");
    ilf__text_put(&principal, k->username, strlen(k->username));
    if (*k->realm) {
        ilf__text_put_char(&principal, '@');
        ilf__text_put(&principal, k->realm, strlen(k->realm));
    }
    ilf__text_put_char(&principal, '\0');
    if (*k->config_path) {
        ILF__TEXT_PUT_LITERAL(&command, "KRB5_CONFIG=");
        ilf__text_put(&command, k->config_path, strlen(k->config_path));
        ilf__text_put_char(&command, ' ');
    }
    /* librdkafka waits for it, also when it is to end: a KDC may take all the time in the world. */
    ILF__TEXT_PUT_LITERAL(&command, "timeout 5 kinit -k -t %{sasl.kerberos.keytab} "
                                    "%{sasl.kerberos.principal}\0");
    if ((principal.failed || command.failed) && p->status == ILF_OK)
        p->status = ilf_fail(p->err, ILF_ERR_NOMEM, "out of memory");
    kafka_property(p, option, true, "sasl.mechanisms", "GSSAPI");
    kafka_property(p, option, true, "sasl.kerberos.service.name", k->service);
    if (*k->username && p->status == ILF_OK)
        kafka_property(p, option, true, "sasl.kerberos.principal", principal.ptr);
    if (k->use_keytab && p->status == ILF_OK) {
        kafka_property(p, option, true, "sasl.kerberos.keytab", k->keytab_path);
        kafka_property(p, option, true, "sasl.kerberos.kinit.cmd", command.ptr);
    } else {
        kafka_property(p, option, false, "sasl.kerberos.min.time.before.relogin", "0");
    }
    ilf__text_dispose(&principal);
    ilf__text_dispose(&command);
}

/* What librdkafka takes, and RFC 7628 (section 3.1) but for line ends. */
static bool is_extension(const ilf_kv *extension)
{
    const char *key = extension->key.ptr;

    for (const char *c = extension->value.ptr; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || (unsigned char)*c >= 0x7f)
            return false;
    return *key && strcmp(key, "auth") != 0 &&
           !key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

/* We fetch the tokens (see tokens.h), for that librdkafka can do it depends on how it was built. */
static void set_oauth(struct kafka_properties *p, const struct kafka_oauth *o)
{
    static const char option[] = "Authentication.OAuthBearer";
    ilf_error err;

    if (strncmp(o->token_url, "https://", 8) != 0 && strncmp(o->token_url, "http://", 7) != 0)
        fail(p, ".OAuthBearer.TokenURL: want https://... or http://...");
    if (p->status == ILF_OK)
        p->status =
            ilf__http_check_url("detail.Authentication.OAuthBearer.TokenURL", o->token_url, p->err);
    if (!*o->client_id || !*o->client_secret)
        fail(p, ".OAuthBearer: ClientID or ClientSecret is missing");
    for (size_t i = 0; i < o->extensions.n; i++)
        if (!is_extension(&o->extensions.items[i]))
            fail(p, ".OAuthBearer.Extensions: a name may hold letters only, and not be auth; a "
                    "value may hold printable characters of ASCII only");
    if (p->status == ILF_OK && ilf__tls_check(&o->tls, &err) != ILF_OK)
        p->status = ilf_fail(p->err, ILF_ERR_CONFIG, "detail.%s.%.900s", option, err.text);
    kafka_property(p, option, true, "sasl.mechanisms", "OAUTHBEARER");
    kafka_property(p, option, true, "sasl.oauthbearer.method", NULL);
}

void kafka_auth_properties(struct kafka_properties *p, const struct kafka_auth *auth)
{
    const bool plain = *auth->plain_text.username, kerberos = *auth->kerberos.service;
    const bool sasl = *auth->sasl.username || *auth->sasl.password || *auth->sasl.mechanism;
    const bool oauth = *auth->oauth.token_url, any = plain || sasl || kerberos || oauth;

    if (plain + sasl + kerberos + oauth > 1)
        fail(p, ": PlainText, SASL, Kerberos and OAuthBearer exclude each other");
    if (!oauth && (*auth->oauth.client_id || *auth->oauth.client_secret || *auth->oauth.scope ||
                   auth->oauth.extensions.n > 0))
        fail(p, ".OAuthBearer.TokenURL is missing");
    if (!plain && *auth->plain_text.password)
        fail(p, ".PlainText.Username is missing");
    if (!kerberos && (auth->kerberos.use_keytab || *auth->kerberos.username ||
                      *auth->kerberos.realm || *auth->kerberos.keytab_path))
        fail(p, ".Kerberos.ServiceName is missing: it is kafka, mostly");
    set_tls(p, &auth->tls);
    if (any || auth->tls.enabled)
        kafka_property(p, auth->tls.enabled ? "Authentication.TLS" : "Authentication", true,
                       "security.protocol",
                       any && auth->tls.enabled ? "sasl_ssl"
                       : any                    ? "sasl_plaintext"
                                                : "ssl");
    if (plain)
        set_login(p, "Authentication.PlainText", &auth->plain_text);
    else if (sasl)
        set_login(p, "Authentication.SASL", &auth->sasl);
    else if (kerberos)
        set_kerberos(p, &auth->kerberos);
    else if (oauth)
        set_oauth(p, &auth->oauth);
}
