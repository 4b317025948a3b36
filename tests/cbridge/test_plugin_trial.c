/* Tests of cbridge/plugin_trial.c, with plugins of tests/zoo. */
#include "plugin_trial.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "ilf_test.h"

static ilf_status try_animal(const char *animal, ilf_error *err)
{
    char path[256];

    (void)snprintf(path, sizeof(path), ILF_ZOO "/%s.so", animal);
    return ilf__plugin_try(path, err);
}

static void a_plugin_that_is_right_passes(void **state)
{
    (void)state;
    assert_works(try_animal("good", &err));
}

static void what_can_be_told_without_danger_passes(void **state)
{
    static const char *const animals[] = {"no_symbol",   "undefined_symbol", "null_descriptor",
                                          "wrong_major", "short_struct",     "options_outside",
                                          "not_there"};

    (void)state;
    for (size_t i = 0; i < sizeof(animals) / sizeof(animals[0]); i++)
        assert_works(try_animal(animals[i], &err));
}

static const char *handled;

static void handle_exit(void)
{
    int fd = open(handled, O_WRONLY | O_CREAT, 0600);

    if (fd >= 0)
        close(fd);
}

static void a_plugin_that_exits_runs_nothing_of_ours(void **state)
{
    ilf_error err;

    (void)state;
    handled = strdup(test_path("handled"));
    assert_int_equal(0, atexit(handle_exit));
    assert_int_equal(ILF_ERR_CONFIG, try_animal("constructor_exits", &err));
    assert_int_not_equal(0, access(handled, F_OK));
}

static void a_crash_is_told_with_its_signal_and_a_cure(void **state)
{
    (void)state;
    assert_fails(ILF_ERR_CONFIG,
                 "crashes when it is loaded (signal 11, Segmentation fault): mend its "
                 "constructors, which should do nothing",
                 try_animal("constructor_crashes", &err));
}

static void note_signal(int number)
{
    (void)number;
    _exit(0); /* the child would seem to end by itself */
}

static void handlers_of_the_agent_do_not_run_in_the_child(void **state)
{
    const struct sigaction ours = {.sa_handler = note_signal};
    struct sigaction before;
    ilf_error err;

    (void)state;
    assert_int_equal(0, sigaction(SIGSEGV, &ours, &before));
    assert_int_equal(ILF_ERR_CONFIG, try_animal("constructor_crashes", &err));
    assert_int_equal(0, sigaction(SIGSEGV, &before, NULL));
    assert_non_null(strstr(err.text, "signal 11"));
}

static void an_agent_that_ignores_its_children_is_told_all_the_same(void **state)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    ilf_error err;

    (void)state;
    assert_int_equal(0, sigaction(SIGCHLD, &ignore, &before));
    assert_int_equal(ILF_ERR_CONFIG, try_animal("constructor_crashes", &err));
    assert_int_equal(ILF_OK, try_animal("good", &err));
    assert_int_equal(0, sigaction(SIGCHLD, &before, NULL));
}

static void no_child_and_no_descriptor_is_left(void **state)
{
    int before = dup(0), after;
    ilf_error err;

    (void)state;
    close(before);
    (void)try_animal("good", &err);
    (void)try_animal("constructor_crashes", &err);
    (void)try_animal("constructor_exits", &err);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
    assert_int_equal(-1, waitpid(-1, NULL, WNOHANG));
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, test_make_folder, test_remove_folder)
    const struct CMUnitTest tests[] = {
        test(a_plugin_that_is_right_passes),
        test(what_can_be_told_without_danger_passes),
        test(a_crash_is_told_with_its_signal_and_a_cure),
        test(handlers_of_the_agent_do_not_run_in_the_child),
        test(an_agent_that_ignores_its_children_is_told_all_the_same),
        test(no_child_and_no_descriptor_is_left),
        test(a_plugin_that_exits_runs_nothing_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
