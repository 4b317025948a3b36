/* Tests of flushers/kafka/cloexec.c. */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "kafka_test.h"

enum { MOST = 1024 };

/* Mark the descriptors that children inherit, of pipes only: the mock cluster's sockets, which are in
 * this process too, are not ours to close. */
static size_t inherited_pipes(bool *is)
{
    size_t n = 0;

    for (int fd = 0; fd < MOST; fd++) {
        const int flags = fcntl(fd, F_GETFD);

        is[fd] = flags >= 0 && !(flags & FD_CLOEXEC) && fcntl(fd, F_GETPIPE_SZ) > 0;
        n += is[fd];
    }
    return n;
}

static void children_inherit_no_pipe_of_a_client(void **state)
{
    struct rig *r = test_rig(3, 6, false, NULL);
    bool before[MOST], after[MOST];
    struct test_payload *p = test_payload(r, "a");
    char key[16];

    (void)state;
    inherited_pipes(before);
    test_begin(r);
    for (int i = 0; i < 100; i++) { /* so that each broker is wanted */
        (void)snprintf(key, sizeof(key), "k%d", i);
        test_add(p, key, "v");
    }
    sender_send(&r->s, &p->p);
    assert_int_equal(ILF_DELIVERED, test_wait(r, p)->verdict);
    inherited_pipes(after);
    for (int fd = 0; fd < MOST; fd++)
        if (after[fd] && !before[fd])
            fail_msg("children inherit %d", fd);
    test_end(r);
}

static void pipes_of_others_stay_as_they_are(void **state)
{
    struct rig *r = test_rig(1, 1, false, NULL);
    int usual[2], small[2];

    (void)state;
    assert_int_equal(0, pipe(usual));
    assert_int_equal(0, pipe(small));
    assert_int_equal(0, fcntl(usual[0], F_SETFL, O_NONBLOCK));
    assert_true(fcntl(small[0], F_SETPIPE_SZ, 100) > 0); /* but it blocks */
    test_begin(r);
    assert_int_equal(ILF_DELIVERED, test_wait(r, test_send_one(r, "a", "k", "v"))->verdict);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(0, fcntl(usual[i], F_GETFD));
        assert_int_equal(0, fcntl(small[i], F_GETFD));
        close(usual[i]);
        close(small[i]);
    }
    test_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_inherit_no_pipe_of_a_client),
        cmocka_unit_test(pipes_of_others_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
