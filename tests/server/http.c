/* An HTTP server for scripts that test: prints its URL, and serves until its input ends. Usage:
 * http [SCRIPT], a script of tests/http_server.h: !close, !reset, !stall; else it answers 200. */
#include "http_server.h"

int main(int argc, char **argv)
{
    const char *const scripts[] = {argc > 1 ? argv[1] : SERVER_OK};
    struct test_server server;
    char byte;

    server_start(&server, scripts, 1);
    (void)printf("%s\n", server.url);
    (void)fflush(stdout);
    while (read(0, &byte, 1) > 0)
        ;
    server_end(&server);
    return 0;
}
