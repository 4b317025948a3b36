/* Tests of cbridge/hook.c, and of the hooks whose answers pass through it. */
#include "hook.h"

#include "ilf_test.h"

static struct {
    ilf_status init, flush, stop;
    bool endless; /* errors have no NUL */
    bool silent;  /* or no text */
} says;

static ilf_status say(ilf_status status, ilf_error *err)
{
    if (says.endless)
        memset(err->text, 'e', sizeof(err->text));
    else if (status != ILF_OK && !says.silent)
        ilf_fail(err, status, "its\nwords");
    return status;
}

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)self;
    (void)host;
    return say(says.init, err);
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    return say(says.flush, err);
}

static ilf_status stop(void *self, ilf_error *err)
{
    (void)self;
    return say(says.stop, err);
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    return say(says.flush, err);
}

static const ilf_flusher_ops odd = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_odd",
    .description = "answers as the test says",
    .init = init,
    .flush = flush,
    .export_events = export_events,
    .stop = stop,
};

static int forget(void **state)
{
    (void)state;
    memset(&says, 0, sizeof(says));
    return 0;
}

static void a_status_passes_as_it_is(void **state)
{
    (void)state;
    for (int status = -1; status <= ILF_ERR_NOMEM + 1; status++) {
        ilf_error err = {"why"};

        assert_int_equal(status, (int)ilf__hook_status((ilf_status)status, "flush", &err));
        assert_string_equal("why", err.text);
    }
}

static void a_batch_whose_flush_returns_no_status_is_dropped_counted_and_told(void **state)
{
    static const unsigned wrong[] = {5, 99, 0x80000000, 0xffffffff};
    struct test_batch batch;
    ilf_flusher *f = test_start_ops(&odd, NULL, "{}");

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char want[128];

        says.flush = (ilf_status)wrong[i];
        says.silent = false;
        assert_fails((int)wrong[i], "its words",
                     (int)ilf_flusher_flush(f, test_fill(&batch, S("v")), &err));
        says.silent = true;
        (void)snprintf(want, sizeof(want),
                       "flush returns status %u, which is none: return an ilf_status", wrong[i]);
        assert_fails((int)wrong[i], want,
                     (int)ilf_flusher_flush(f, test_fill(&batch, S("v")), &err));
    }
    assert_int_equal(8, test_count(&f->metrics.dropped));
    assert_fails((int)0xffffffff,
                 "export_events returns status 4294967295, which is none: return an ilf_status",
                 (int)ilf_flusher_export(f, &no_events, &err));
    ilf_flusher_free(f);
}

static void an_init_that_returns_no_status_has_failed(void **state)
{
    ilf_error err;
    ilf_flusher *f = ilf__flusher_new(&odd, NULL, &err);

    (void)state;
    says.init = (ilf_status)77;
    says.silent = true;
    assert_fails(77, "init returns status 77, which is none: return an ilf_status",
                 (int)ilf_flusher_init(f, NULL, &err));
    assert_false(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_free(f);
}

static void a_stop_that_returns_no_status_has_failed(void **state)
{
    ilf_flusher *f = test_start_ops(&odd, NULL, "{}");

    (void)state;
    says.stop = (ilf_status)1000;
    assert_fails(1000, "its words", (int)ilf_flusher_stop(f, &err));
    ilf_flusher_free(f);
}

static void an_error_without_an_end_is_not_read_beyond_it(void **state)
{
    static const ilf_status ways[] = {ILF_ERR_DROP, ILF_ERR_RETRY, (ilf_status)9};
    struct test_batch batch;
    ilf_flusher *f = test_start_ops(&odd, NULL, "{\"Retry\":{\"Enable\":false}}");

    (void)state;
    says.endless = true;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct {
            ilf_error err;
            char behind[8];
        } fenced = {.behind = "behind"};

        says.flush = ways[i];
        assert_int_not_equal(ILF_OK, ilf_flusher_flush(f, test_fill(&batch, S("v")), &fenced.err));
        assert_true(strlen(fenced.err.text) < ILF_ERROR_SIZE);
        assert_string_equal("behind", fenced.behind);
    }
    ilf_flusher_free(f);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup(name, forget)
    const struct CMUnitTest tests[] = {
        test(a_status_passes_as_it_is),
        test(a_batch_whose_flush_returns_no_status_is_dropped_counted_and_told),
        test(an_init_that_returns_no_status_has_failed),
        test(a_stop_that_returns_no_status_has_failed),
        test(an_error_without_an_end_is_not_read_beyond_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
