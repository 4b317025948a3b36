/* Tests of flushers/kafka/auth.c: TLS and SASL as properties. */
#include "kafka_test.h"

static struct rig quiet;

static ilf_status configure(const char *json, rd_kafka_conf_t **conf, ilf_error *err)
{
    ilf_flusher *f = ilf_flusher_new("flusher_c_kafka", NULL, err);
    char all[2048];
    ilf_status status;

    quiet.host = (ilf_host){.context = &quiet, .log = test_rig_log};
    (void)snprintf(all, sizeof(all),
                   "{\"Brokers\":[\"b:1\"],\"Topic\":\"t\",\"Authentication\":{%s}}", json);
    status = ilf_flusher_configure(f, all, strlen(all), err);
    if (status == ILF_OK)
        status = kafka_configure(&((struct kafka_flusher *)f->self)->options, false, &quiet.host,
                                 conf, err);
    ilf_flusher_free(f);
    return status;
}

static void makes(const char *json, const char *const *want)
{
    rd_kafka_conf_t *conf = NULL;

    assert_works(configure(json, &conf, &err));
    for (; *want; want += 2) {
        char got[256] = "";
        size_t size = sizeof(got);

        (void)rd_kafka_conf_get(conf, want[0], got, &size);
        if (strcmp(want[1], got) != 0)
            fail_msg("%s: want %s, got %s", want[0], want[1], got);
    }
    rd_kafka_conf_destroy(conf);
}

#define MAKES(json, ...) makes(json, (const char *const[]){__VA_ARGS__, NULL})

static void refuses(const char *json, const char *why)
{
    rd_kafka_conf_t *conf = NULL;

    assert_fails(ILF_ERR_CONFIG, why, configure(json, &conf, &err));
}

static void speaks_plaintext_unless_told_otherwise(void **state)
{
    (void)state;
    MAKES("", "security.protocol", "plaintext");
}

static void tls_verifies_and_takes_no_old_version(void **state)
{
    (void)state;
    MAKES("\"TLS\":{\"Enabled\":true}", "security.protocol", "ssl",
          "enable.ssl.certificate.verification", "true", "ssl.endpoint.identification.algorithm",
          "https", "ssl.cipher.suites", "DEFAULT:!SSLv3:!TLSv1");
    MAKES("\"TLS\":{\"Enabled\":true,\"InsecureSkipVerify\":true,\"MinVersion\":\"1.0\","
          "\"CAFile\":\"Makefile\",\"CertFile\":\"Makefile\",\"KeyFile\":\"README.md\","
          "\"KeyPassword\":\"pw\"}",
          "enable.ssl.certificate.verification", "false", "ssl.cipher.suites", "",
          "ssl.ca.location", "Makefile", "ssl.certificate.location", "Makefile", "ssl.key.location",
          "README.md", "ssl.key.password", "pw");
}

static void says_what_is_wrong_with_tls(void **state)
{
    (void)state;
    refuses("\"TLS\":{\"CAFile\":\"Makefile\"}",
            "detail.Authentication.TLS.Enabled: is false, but other options of TLS are set: set it "
            "to true, or leave TLS out");
    refuses("\"TLS\":{\"Enabled\":true,\"CAFile\":\"/no/such\"}",
            "detail.Authentication.TLS.CAFile: open '/no/such': No such file or directory");
    refuses("\"TLS\":{\"Enabled\":true,\"MinVersion\":\"1.3\"}",
            "detail.Authentication.TLS: librdkafka can't be held to MinVersion 1.3 or to a "
            "MaxVersion: leave them out, or set MinProtocol and MaxProtocol in openssl.cnf");
}

static void logs_in_with_user_and_password(void **state)
{
    (void)state;
    MAKES("\"PlainText\":{\"Username\":\"u\",\"Password\":\"p\"}", "security.protocol",
          "sasl_plaintext", "sasl.mechanisms", "PLAIN", "sasl.username", "u", "sasl.password", "p");
    MAKES("\"SASL\":{\"Username\":\"u\",\"Password\":\"p\"}", "sasl.mechanisms", "PLAIN");
    MAKES("\"SASL\":{\"SaslMechanism\":\"scram-sha-512\",\"Username\":\"u\",\"Password\":\"p\"},"
          "\"TLS\":{\"Enabled\":true}",
          "security.protocol", "sasl_ssl", "sasl.mechanisms", "SCRAM-SHA-512");
    refuses("\"SASL\":{\"Username\":\"u\"}", "detail.Authentication.SASL.Password is missing");
    refuses("\"SASL\":{\"SaslMechanism\":\"PLAIN\"}",
            "detail.Authentication.SASL.Username is missing");
    refuses("\"PlainText\":{\"Password\":\"p\"}",
            "detail.Authentication.PlainText.Username is missing");
    refuses("\"PlainText\":{\"Username\":\"u\"}",
            "detail.Authentication.PlainText.Password is missing");
    refuses("\"SASL\":{\"SaslMechanism\":\"NTLM\",\"Username\":\"u\",\"Password\":\"p\"}",
            "detail.Authentication.SASL.SaslMechanism: want PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; "
            "Kerberos and OAuthBearer have tables of their own");
    refuses("\"PlainText\":{\"Username\":\"u\",\"Password\":\"p\"},"
            "\"Kerberos\":{\"ServiceName\":\"kafka\"}",
            "detail.Authentication: PlainText, SASL, Kerberos and OAuthBearer exclude each other");
}

static void gets_tickets_with_a_key_tab(void **state)
{
    (void)state;
    MAKES(
        "\"Kerberos\":{\"ServiceName\":\"kafka\",\"Realm\":\"R\",\"Username\":\"u\","
        "\"UseKeyTab\":true,\"KeyTabPath\":\"/dev/null\",\"ConfigPath\":\"/c\"}",
        "sasl.mechanisms", "GSSAPI", "sasl.kerberos.service.name", "kafka",
        "sasl.kerberos.principal", "u@R", "sasl.kerberos.keytab", "/dev/null",
        "sasl.kerberos.kinit.cmd",
        "KRB5_CONFIG=/c timeout 5 kinit -k -t %{sasl.kerberos.keytab} %{sasl.kerberos.principal}");
    MAKES("\"Kerberos\":{\"ServiceName\":\"kafka\"}", "sasl.kerberos.min.time.before.relogin", "0");
    refuses("\"Kerberos\":{\"Username\":\"u\",\"UseKeyTab\":true,\"KeyTabPath\":\"/k\"}",
            "detail.Authentication.Kerberos.ServiceName is missing: it is kafka, mostly");
    refuses("\"Kerberos\":{\"ServiceName\":\"kafka\",\"UseKeyTab\":true}",
            "detail.Authentication.Kerberos: UseKeyTab needs KeyTabPath and Username");
    refuses(
        "\"Kerberos\":{\"ServiceName\":\"kafka\",\"UseKeyTab\":true,\"Username\":\"u\","
        "\"KeyTabPath\":\"/nowhere/k\"}",
        "detail.Authentication.Kerberos.KeyTabPath: open '/nowhere/k': No such file or directory");
    refuses("\"Kerberos\":{\"ServiceName\":\"kafka\",\"Password\":\"p\"}",
            "detail.Authentication.Kerberos.Password: does not work here: use UseKeyTab and "
            "KeyTabPath");
    refuses("\"Kerberos\":{\"ServiceName\":\"kafka\",\"Username\":\"u;reboot\"}",
            "detail.Authentication.Kerberos: names and paths may hold letters, digits and "
            "@._/:+- only, and not begin with -: they are part of a command");
    refuses("\"Kerberos\":{\"ServiceName\":\"kafka\",\"Username\":\"-u\"}",
            "detail.Authentication.Kerberos: names and paths may hold letters, digits and "
            "@._/:+- only, and not begin with -: they are part of a command");
}

static void asks_for_tokens(void **state)
{
    (void)state;
    MAKES("\"OAuthBearer\":{\"TokenURL\":\"https://id/token\",\"ClientID\":\"me\","
          "\"ClientSecret\":\"s\",\"Scope\":\"kafka\",\"Extensions\":{\"a\":\"1\",\"bC\":\"2 3\"},"
          "\"TLS\":{\"CAFile\":\"Makefile\"}}",
          "security.protocol", "sasl_plaintext", "sasl.mechanisms", "OAUTHBEARER");
    MAKES("\"OAuthBearer\":{\"TokenURL\":\"http://id/token\",\"ClientID\":\"me\","
          "\"ClientSecret\":\"s\"},\"TLS\":{\"Enabled\":true}",
          "security.protocol", "sasl_ssl", "sasl.mechanisms", "OAUTHBEARER");
}

#define OAUTH(more)                                                                                \
    "\"OAuthBearer\":{\"TokenURL\":\"https://id/token\",\"ClientID\":\"me\",\"ClientSecret\":"     \
    "\"s\"," more "}"

static void says_what_is_wrong_with_tokens(void **state)
{
    static const char extensions[] =
        "detail.Authentication.OAuthBearer.Extensions: a name may hold letters only, and not be "
        "auth; a value may hold printable characters of ASCII only";

    (void)state;
    refuses("\"OAuthBearer\":{\"TokenURL\":\"https://id/token\",\"ClientID\":\"me\"}",
            "detail.Authentication.OAuthBearer: ClientID or ClientSecret is missing");
    refuses("\"OAuthBearer\":{\"ClientID\":\"me\",\"ClientSecret\":\"s\"}",
            "detail.Authentication.OAuthBearer.TokenURL is missing");
    refuses(
        "\"OAuthBearer\":{\"TokenURL\":\"id/token\",\"ClientID\":\"me\",\"ClientSecret\":\"s\"}",
        "detail.Authentication.OAuthBearer.TokenURL: want https://... or http://...");
    refuses("\"OAuthBearer\":{\"Scope\":\"logs\"}",
            "detail.Authentication.OAuthBearer.TokenURL is missing");
    refuses(
        "\"OAuthBearer\":{\"TokenURL\":\"http://id:99999/\",\"ClientID\":\"me\",\"ClientSecret\":"
        "\"s\"}",
        "detail.Authentication.OAuthBearer.TokenURL: the port must be a number from 1 to "
        "65535: 'http://id:99999'");
    refuses(OAUTH("\"Extensions\":{\"a1\":\"x\"}"), extensions);
    refuses(OAUTH("\"Extensions\":{\"auth\":\"x\"}"), extensions);
    refuses(OAUTH("\"Extensions\":{\"a\":\"\\u0001\"}"), extensions);
    refuses(OAUTH("\"TLS\":{\"CAFile\":\"/no/such\"}"),
            "detail.Authentication.OAuthBearer.TLS.CAFile: open '/no/such': No such file or "
            "directory");
}

static void fetches_tokens_itself_whatever_librdkafka_could_do(void **state)
{
    static const char json[] = "{\"Brokers\":[\"b:1\"],\"Topic\":\"t\",\"Authentication\":{" OAUTH(
        "\"Scope\":\"\"") "},\"Librdkafka\":{\"sasl.oauthbearer.method\":\"oidc\"}}";
    ilf_flusher *f = ilf_flusher_new("flusher_c_kafka", NULL, NULL);
    rd_kafka_conf_t *conf = NULL;

    (void)state;
    quiet.host = (ilf_host){.context = &quiet, .log = test_rig_log};
    assert_works(ilf_flusher_configure(f, json, sizeof(json) - 1, &err));
    assert_fails(
        ILF_ERR_CONFIG,
        "detail.Librdkafka.sasl.oauthbearer.method: detail.Authentication.OAuthBearer sets "
        "it already: leave one of the two out",
        kafka_configure(&((struct kafka_flusher *)f->self)->options, false, &quiet.host, &conf,
                        &err));
    ilf_flusher_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_plaintext_unless_told_otherwise),
        cmocka_unit_test(tls_verifies_and_takes_no_old_version),
        cmocka_unit_test(says_what_is_wrong_with_tls),
        cmocka_unit_test(logs_in_with_user_and_password),
        cmocka_unit_test(gets_tickets_with_a_key_tab),
        cmocka_unit_test(asks_for_tokens),
        cmocka_unit_test(says_what_is_wrong_with_tokens),
        cmocka_unit_test(fetches_tokens_itself_whatever_librdkafka_could_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
