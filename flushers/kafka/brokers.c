/* Brokers: which addresses can't work. librdkafka would only log them, and know no broker. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

#include "../common/text.h"
#include "config.h"

enum { HOST_MAX = 253 }; /* characters, as DNS has it */

static const char *const of_names =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

/* What is wrong with a name or an IPv4 address, or NULL. */
static const char *name_wrong(ilf_str host)
{
    char text[HOST_MAX + 1];
    struct in_addr address;

    if (host.len == 0)
        return "the host is missing";
    if (host.len > HOST_MAX)
        return "the host has more than 253 characters";
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (text[strspn(text, of_names)])
        return "a host may hold letters, digits and . - _ only, and an IPv6 address is written in "
               "[ ]; other letters go as xn--...";
    if (*text == '.' || strstr(text, ".."))
        return "a part of the host's name is empty";
    if (!text[strspn(text, "0123456789.")] && inet_pton(AF_INET, text, &address) != 1)
        return "the host is no IPv4 address";
    return NULL;
}

static const char *address_wrong(ilf_str host)
{
    char text[INET6_ADDRSTRLEN + 1];
    struct in6_addr address;
    const char *zone = memchr(host.ptr, '%', host.len);

    if (zone)
        host.len = (size_t)(zone - host.ptr);
    if (host.len >= sizeof(text))
        return "the host is no IPv6 address";
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1 ? NULL : "the host is no IPv6 address";
}

/* @port is what stands behind the colon. */
static const char *port_wrong(const char *port)
{
    if (!*port || port[strspn(port, "0123456789")])
        return "the port is not a number";
    return strlen(port) > 5 || atoi(port) < 1 || atoi(port) > 65535
               ? "the port is not between 1 and 65535"
               : NULL;
}

/* What is wrong with @broker, which is to be host or host:port, or NULL. */
static const char *broker_wrong(const char *broker)
{
    const char *end = broker + strlen(broker), *port = NULL, *why;

    for (const char *p = broker; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == ',' || *p == 0x7f)
            return "it holds a blank or a comma: write an element for each broker";
    if (strstr(broker, "://"))
        return "leave out what is in front of the host: Authentication decides about TLS and SASL";
    if (*broker == '[') {
        const char *close = strchr(broker, ']');

        if (!close)
            return "a ] is missing";
        if (close[1] && close[1] != ':')
            return "only a colon and the port may follow the ]";
        why = address_wrong((ilf_str){broker + 1, (size_t)(close - broker - 1)});
        port = close[1] ? close + 2 : NULL;
    } else {
        const char *colon = strrchr(broker, ':');

        why = name_wrong((ilf_str){broker, (size_t)((colon ? colon : end) - broker)});
        port = colon ? colon + 1 : NULL;
    }
    return why ? why : port ? port_wrong(port) : NULL;
}

void kafka_broker_properties(struct kafka_properties *p, const ilf_str_list *brokers, bool checking)
{
    struct ilf__text list = {0};

    for (size_t i = 0; i < brokers->n && p->status == ILF_OK; i++) {
        const char *why = broker_wrong(brokers->items[i]);

        if (why)
            p->status = ilf_fail(p->err, ILF_ERR_CONFIG,
                                 "detail.Brokers.%zu: want host:port, got '%.300s': %s", i,
                                 brokers->items[i], why);
        if (i > 0)
            ilf__text_put_char(&list, ',');
        ilf__text_put(&list, brokers->items[i], strlen(brokers->items[i]));
    }
    ilf__text_put_char(&list, '\0');
    if (list.failed && p->status == ILF_OK)
        p->status = ilf_fail(p->err, ILF_ERR_NOMEM, "out of memory");
    if (p->status == ILF_OK)
        kafka_property(p, "Brokers", true, "bootstrap.servers", checking ? NULL : list.ptr);
    ilf__text_dispose(&list);
}
