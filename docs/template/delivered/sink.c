/* A server to try flusher_c_NAME with: `sink FILE COMMAND...` runs the command with the server's URL in
 * $SINK, appends what is posted to it to FILE, and ends as the command does. It answers 200, and to
 * /status/503 and the like with that status. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS = 64, LONGEST = 4 << 20 };

/* A connection, with what it has said since the last answer. */
struct connection {
    size_t len;
    char *text;
};

static int listen_here(char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        perror("sink");
        exit(2);
    }
    (void)snprintf(url, 64, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    return fd;
}

/* Answer the request at the begin of @c if it is there as a whole; its length, or 0. */
static size_t answer(int fd, struct connection *c, int file)
{
    const char *end, *length;
    size_t head, body;
    char reply[128];
    int status = 200;

    c->text[c->len] = '\0';
    end = strstr(c->text, "\r\n\r\n");
    if (!end)
        return 0;
    head = (size_t)(end - c->text) + 4;
    length = strcasestr(c->text, "\nContent-Length:");
    body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
    if (c->len < head + body)
        return 0;
    (void)sscanf(c->text, "POST /status/%d", &status);
    if (status < 300 && write(file, c->text + head, body) != (ssize_t)body)
        status = 507;
    (void)snprintf(reply, sizeof(reply), "HTTP/1.1 %d Said\r\n%sContent-Length: 0\r\n\r\n", status,
                   status == 429 || status == 503 ? "Retry-After: 1\r\n" : "");
    (void)send(fd, reply, strlen(reply), MSG_NOSIGNAL);
    return head + body;
}

/* False when the connection is over. */
static bool serve(int fd, struct connection *c, int file)
{
    ssize_t n = read(fd, c->text + c->len, LONGEST - c->len);
    size_t used;

    if (n <= 0)
        return false;
    c->len += (size_t)n;
    if (strncasecmp(c->text, "POST", c->len < 4 ? c->len : 4) != 0)
        return false;
    if (memmem(c->text, c->len, "\nExpect: 100", 12)) { /* it waits for leave to go on */
        (void)send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
        *(char *)memmem(c->text, c->len, "\nExpect: 100", 12) = ' ';
    }
    while (c->len > 0 && (used = answer(fd, c, file)) > 0) {
        c->len -= used;
        memmove(c->text, c->text + used, c->len);
    }
    return c->len < LONGEST;
}

static void serve_until_end(pid_t command, int listener, int file, int *how)
{
    static struct pollfd fds[CONNECTIONS + 1];
    static struct connection connections[CONNECTIONS + 1];
    int n = 1;

    fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    while (waitpid(command, how, WNOHANG) == 0) {
        if (poll(fds, (nfds_t)n, 20) <= 0)
            continue;
        for (int i = n - 1; i > 0; i--)
            if (fds[i].revents && !serve(fds[i].fd, &connections[i], file)) {
                close(fds[i].fd);
                free(connections[i].text);
                fds[i] = fds[--n];
                connections[i] = connections[n];
            }
        if (!fds[0].revents || n > CONNECTIONS)
            continue;
        connections[n] = (struct connection){.text = malloc(LONGEST + 1)};
        fds[n] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
        if (fds[n].fd >= 0 && connections[n].text)
            n++;
    }
}

int main(int argc, char **argv)
{
    char url[64];
    int listener = listen_here(url), how = 0;
    FILE *file = argc > 2 ? fopen(argv[1], "ae") : NULL;
    pid_t command;

    if (!file) {
        (void)fprintf(stderr, "usage: sink FILE COMMAND...\n");
        return 2;
    }
    (void)setenv("SINK", url, 1);
    command = fork();
    if (command == 0) {
        (void)execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    serve_until_end(command, listener, fileno(file), &how);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 1;
}
