/* Tests of http_cloexec.c. */
#include <fcntl.h>

#include "../../../flushers/common/http_cloexec.h"
#include "http_server.h"

/* How many of the open files have no FD_CLOEXEC? */
static int inherited(void)
{
    int n = 0;

    for (int fd = 3; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);

        n += flags >= 0 && !(flags & FD_CLOEXEC);
    }
    return n;
}

static void lets_nobody_inherit_the_sockets_of_a_multi(void **state)
{
    int before = inherited();
    CURLM *multi = ilf__http_new_multi();

    (void)state;
    assert_non_null(multi);
    assert_int_equal(before, inherited());
    curl_multi_cleanup(multi);
}

static void lets_nobody_inherit_a_connection(void **state)
{
    char url[64];
    int listener = server_listen(url), before = inherited();
    CURL *easy = curl_easy_init();
    CURLM *multi = ilf__http_new_multi();
    int running = 1;

    (void)state;
    assert_non_null(easy);
    assert_non_null(multi);
    ilf__http_close_on_exec(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    assert_int_equal(CURLM_OK, curl_multi_add_handle(multi, easy));
    while (running > 0) {
        assert_int_equal(CURLM_OK, curl_multi_perform(multi, &running));
        (void)curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    assert_int_equal(before, inherited());
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_nobody_inherit_the_sockets_of_a_multi),
        cmocka_unit_test(lets_nobody_inherit_a_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
