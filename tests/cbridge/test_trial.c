/* Tests of cbridge/trial.c. */
#include "delivery_test.h"

#include "trial.h"

static void the_options_of_delivery_are_tuned_and_nothing_runs(void **state)
{
    ilf_error err = {""};
    ilf_flusher *f;

    (void)state;
    sink->tuning.concurrency = 77;
    f = ilf__trial(&test_delivered, "null", 4, &err);
    assert_non_null(f);
    assert_true(f->host.checking);
    assert_int_equal(77, f->options.delivery.concurrency);
    assert_false(f->delivery->started);
    ilf__trial_end(f);
}

static void a_configuration_that_is_refused_has_no_trial(void **state)
{
    ilf_error err = {""};

    (void)state;
    assert_null(ilf__trial(&test_delivered, "{\"x\":1}", 7, &err));
    assert_non_null(strstr(err.text, "no such option"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_with_sink(the_options_of_delivery_are_tuned_and_nothing_runs),
        test_with_sink(a_configuration_that_is_refused_has_no_trial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
