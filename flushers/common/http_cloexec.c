/* Sockets of libcurl that children of the host do not inherit: it has no option for that. */
#include "http_cloexec.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/* The numbers that the next two files of this process will have, unless another thread opens one. */
static void next_numbers(int fds[2])
{
    for (int i = 0; i < 2; i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* If another thread was quicker, and has a local socket of its own there: few want theirs to be
 * inherited by number, and those duplicate them behind fork. */
static bool is_local_socket(int fd)
{
    socklen_t len = sizeof(int);
    int domain = 0;

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX;
}

CURLM *ilf__http_new_multi(void)
{
    CURLM *multi;
    int fds[2];

    next_numbers(fds);
    multi = curl_multi_init();
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0 && is_local_socket(fds[i]))
            (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    return multi;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)context;
    (void)purpose;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

void ilf__http_close_on_exec(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
}
