/* Tests of cbridge/delivery_letters.c: while dead letters can't be written. */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

#include "delivery_test.h"

static struct test_lines lines;
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;
static ilf_host host;

/* The flush logs, and so does the delivery's own thread. */
static void log_line(void *context, ilf_level level, ilf_str text)
{
    pthread_mutex_lock(&lines_lock);
    test_lines_add(context, level, text);
    pthread_mutex_unlock(&lines_lock);
}

static int set_up(void **state)
{
    lines.len = 0;
    host = test_lines_host(&lines);
    host.log = log_line;
    (void)signal(SIGXFSZ, SIG_IGN);
    return test_sink_open(state);
}

/* Let nothing be written into the files of this process, as if its disk were full; or let it again. */
static void fill_disk(bool full)
{
    struct rlimit limit;

    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
    limit.rlim_cur = full ? 0 : limit.rlim_max;
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
}

static int tear_down(void **state)
{
    fill_disk(false);
    return test_sink_close(state);
}

/* Rejects records that begin with r, and asks for those with a to be sent again at first. */
static void reject_r(struct test_sink *s, const ilf_payload *p, struct test_answer *a)
{
    (void)s;
    a->by_record = true;
    for (size_t i = 0; i < p->n_records; i++) {
        char first = ilf_payload_record(p, i).ptr[0];

        a->records[i] = first == 'r'                      ? ILF_REJECT
                        : first == 'a' && p->attempt == 0 ? ILF_RETRY
                                                          : ILF_DELIVERED;
    }
    a->result.code = 400;
    a->result.reason = S("bad request");
}

static ilf_flusher *start(const char *more)
{
    char config[1024];

    sink->answer = reject_r;
    (void)snprintf(config, sizeof(config),
                   "{\"Batch\":{\"MaxAge\":0},\"Retry\":{\"InitialDelay\":\"1ms\"},"
                   "\"DeadLetters\":{\"Path\":\"%s\"}%s}",
                   test_path("dead"), more);
    return test_start_ops(&test_delivered, &host, config);
}

/* How often @what was logged. */
static size_t logged(const char *what)
{
    size_t n = 0;

    pthread_mutex_lock(&lines_lock);
    lines.text[lines.len] = '\0';
    for (const char *at = lines.text; (at = strstr(at, what)); at++)
        n++;
    pthread_mutex_unlock(&lines_lock);
    return n;
}

/* How many letters there are whose body is @body. */
static size_t letters_of(const char *body)
{
    size_t len, n = 0;
    char want[64], *text = test_read_file(test_path("dead"), &len);

    (void)snprintf(want, sizeof(want), "\"body\":\"%s\"}", body);
    for (const char *at = text; at && (at = strstr(at, want)); at++)
        n++;
    free(text);
    return n;
}

static uint64_t waiting(ilf_flusher *f)
{
    uint64_t n;

    pthread_mutex_lock(&f->delivery->lock);
    n = f->delivery->letter_wait.events;
    pthread_mutex_unlock(&f->delivery->lock);
    return n;
}

static uint64_t failures(ilf_flusher *f)
{
    uint64_t n;

    pthread_mutex_lock(&f->delivery->lock);
    n = f->delivery->letter_wait.failures;
    pthread_mutex_unlock(&f->delivery->lock);
    return n;
}

static void the_sink_sees_a_refused_record_once_while_its_letter_waits(void **state)
{
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start("");
    assert_int_equal(ILF_OK, test_flush(f, "r1"));
    wait_until(waiting(f) == 1);
    wait_until(failures(f) >= 2);
    assert_int_equal(1, test_sends());
    assert_int_equal(1, test_queued(f)); /* it takes room */
    assert_int_equal(0, test_end(f, ILF__END_DEAD));
    fill_disk(false);
    wait_until(test_end(f, ILF__END_DEAD) == 1);
    assert_int_equal(1, test_sends());
    assert_int_equal(1, letters_of("r1"));
    assert_int_equal(0, test_queued(f));
    test_stop_with(f, ILF__END_DEAD, 1);
    assert_true(
        logged("File too large; 1 records wait for it, the first for 0 s; next try in 0.5") == 1);
    assert_int_equal(1, logged("dead letters: can be written again"));
}

static void others_go_on_being_delivered_in_every_order(void **state)
{
    static const char *const orders[] = {"none", "key", "all"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char more[64];
        ilf_flusher *f;

        fill_disk(true);
        (void)snprintf(more, sizeof(more), ",\"Delivery\":{\"Order\":\"%s\"}", orders[i]);
        f = start(more);
        for (int n = 0; n < 20; n++)
            assert_int_equal(ILF_OK, test_flush(f, "k/r1 k/d2"));
        wait_until(test_end(f, ILF__END_DELIVERED) == 20);
        wait_until(waiting(f) == 20);
        assert_int_equal(20, test_queued(f));
        fill_disk(false);
        wait_until(test_end(f, ILF__END_DEAD) == 20);
        test_stop_with(f, ILF__END_DEAD, 20);
    }
    assert_int_equal(60, letters_of("r1"));
}

static void of_a_payload_only_what_was_refused_waits(void **state)
{
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start("");
    assert_int_equal(ILF_OK, test_flush(f, "r1 a2 d3 r4"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    wait_until(waiting(f) == 2);
    assert_int_equal(2, test_sends()); /* all, then the one that was to be sent again */
    fill_disk(false);
    wait_until(test_end(f, ILF__END_DEAD) == 2);
    assert_int_equal(1, letters_of("r1"));
    assert_int_equal(1, letters_of("r4"));
    test_stop_with(f, ILF__END_DEAD, 2);
}

static void a_flush_is_accepted_although_what_it_rejects_must_wait(void **state)
{
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start("");
    assert_int_equal(ILF_OK, test_flush(f, "!no d1 !nor"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 1);
    assert_int_equal(2, waiting(f));
    fill_disk(false);
    wait_until(test_end(f, ILF__END_DEAD) == 2);
    assert_int_equal(1, letters_of("!no"));
    assert_int_equal(1, letters_of("!nor"));
    test_stop_with(f, ILF__END_DEAD, 2);
}

static void the_log_has_few_lines_however_many_records_wait(void **state)
{
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start(",\"Queue\":{\"MaxBytes\":\"1GiB\"}");
    for (int i = 0; i < 1000; i++)
        assert_int_equal(ILF_OK, test_flush(f, "r1 r2 !r3"));
    wait_until(waiting(f) == 3000);
    assert_in_range(logged("can't"), 0, 3);
    assert_in_range(logged("File too large"), 1, 6);
    fill_disk(false);
    wait_until(test_end(f, ILF__END_DEAD) == 3000);
    test_stop_with(f, ILF__END_DEAD, 3000);
    assert_int_equal(1000, letters_of("r1"));
    assert_int_equal(1000, letters_of("!r3"));
}

static void what_waits_takes_room_until_the_pipeline_is_held_back(void **state)
{
    ilf_flusher *f;
    int n = 0;

    (void)state;
    fill_disk(true);
    f = start(",\"Queue\":{\"MaxBytes\":\"16KiB\"}");
    while (ilf_flusher_is_ready(f, NULL) && n < 1000) {
        assert_int_equal(ILF_OK, test_flush(f, "r1"));
        n++;
        wait_until(waiting(f) == (uint64_t)n);
    }
    assert_in_range(n, 2, 999);
    fill_disk(false);
    wait_until(ilf_flusher_is_ready(f, NULL));
    wait_until(test_end(f, ILF__END_DEAD) == (uint64_t)n);
    test_stop_with(f, ILF__END_DEAD, (uint64_t)n);
}

static void with_drop_oldest_what_waits_longest_makes_room(void **state)
{
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start(",\"Queue\":{\"MaxBytes\":1000,\"WhenFull\":\"drop-oldest\"}");
    for (int i = 0; i < 50; i++)
        assert_int_equal(ILF_OK, test_flush(f, "r1"));
    assert_true(test_end(f, ILF__END_FULL) > 0);
    fill_disk(false);
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(ilf__delivery_is_conserved(f->delivery));
    assert_int_equal(50, test_end(f, ILF__END_FULL) + test_end(f, ILF__END_DEAD));
    ilf_flusher_free(f);
}

static void stop_tries_once_more_then_counts_the_loss(void **state)
{
    uint64_t began;
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start(",\"StopTimeout\":\"300ms\"");
    assert_int_equal(ILF_OK, test_flush(f, "r1 r2 !r3"));
    wait_until(waiting(f) == 3);
    began = ilf__monotonic();
    assert_works(ilf_flusher_stop(f, &err));
    assert_in_range(ilf__monotonic() - began, 0, UINT64_C(10000000000));
    assert_true(ilf__delivery_is_conserved(f->delivery));
    assert_int_equal(2, test_end(f, ILF__END_REJECTED));
    assert_int_equal(1, test_end(f, ILF__END_NO_FORM));
    assert_int_equal(1,
                     logged("stop: lost 3 records that can't be delivered, as their dead letters "
                            "can't be written either"));
    ilf_flusher_free(f);

    f = start(",\"StopTimeout\":\"20s\"");
    assert_int_equal(ILF_OK, test_flush(f, "r1 !r3"));
    wait_until(waiting(f) == 2);
    fill_disk(false);
    test_stop_with(f, ILF__END_DEAD, 2);
    assert_int_equal(1, letters_of("r1"));
    assert_int_equal(1, letters_of("!r3"));
}

/* Frees the disk when the stop has tried in vain. */
static void *free_the_disk_during_stop(void *flusher)
{
    ilf_flusher *f = flusher;
    const uint64_t before = failures(f);
    bool stopping = false;

    for (uint64_t began = ilf__monotonic();
         !(stopping && failures(f) > before) && ilf__monotonic() - began < 30000000000;) {
        const struct timespec pause = {0, 1000000};

        (void)nanosleep(&pause, NULL);
        pthread_mutex_lock(&f->delivery->lock);
        stopping = f->delivery->stopping;
        pthread_mutex_unlock(&f->delivery->lock);
    }
    fill_disk(false);
    return NULL;
}

static void stop_ends_when_the_last_letter_is_written(void **state)
{
    pthread_t thread;
    uint64_t began;
    ilf_flusher *f;

    (void)state;
    fill_disk(true);
    f = start(",\"StopTimeout\":\"120s\"");
    assert_int_equal(ILF_OK, test_flush(f, "r1"));
    wait_until(waiting(f) == 1);
    assert_int_equal(0, pthread_create(&thread, NULL, free_the_disk_during_stop, f));
    began = ilf__monotonic();
    test_stop_with(f, ILF__END_DEAD, 1);
    assert_in_range(ilf__monotonic() - began, 0, 60000000000);
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(1, letters_of("r1"));
}

/* Each try waits for a lock that another holds; but not one for each payload. */
static void a_lock_of_others_holds_up_neither_start_nor_deliveries_nor_stop(void **state)
{
    uint64_t began;
    ilf_flusher *f;
    int other;

    (void)state;
    test_write_file(test_path("dead"), "", 0);
    other = open(test_path("dead"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(0, flock(other, LOCK_EX));
    began = ilf__monotonic();
    f = start(",\"StopTimeout\":\"300ms\"");
    for (int i = 0; i < 100; i++)
        assert_int_equal(ILF_OK, test_flush(f, "r1 d2"));
    wait_until(test_end(f, ILF__END_DELIVERED) == 100);
    wait_until(waiting(f) == 100);
    test_stop_with(f, ILF__END_REJECTED, 100);
    assert_in_range(ilf__monotonic() - began, 0, UINT64_C(20000000000));
    close(other);
    assert_true(logged("another process holds a lock on it: find it with lslocks") >= 1);
}

/* The spool is written through a map, for which the limit of this test does not count; so here it is
 * a folder in the place of the file that keeps letters from being written. */
static void with_a_spool_what_waits_stays_in_it(void **state)
{
    char more[256];
    ilf_flusher *f;

    (void)state;
    (void)snprintf(more, sizeof(more),
                   ",\"StopTimeout\":\"300ms\",\"Spool\":{\"Path\":\"%s\",\"Sync\":\"never\"}",
                   test_path("spool"));
    f = start(more);
    assert_int_equal(0, unlink(test_path("dead")));
    assert_int_equal(0, mkdir(test_path("dead"), 0700));
    assert_int_equal(ILF_OK, test_flush(f, "r1 d2 a3"));
    wait_until(waiting(f) == 1);
    wait_until(test_end(f, ILF__END_DELIVERED) == 2);
    assert_works(ilf_flusher_stop(f, &err));
    assert_true(ilf__delivery_is_conserved(f->delivery));
    ilf_flusher_free(f);
    assert_int_equal(
        1, logged("stop: 1 records whose dead letters can't be written stay in the spool"));
    assert_int_equal(0, rmdir(test_path("dead")));
    f = start(more); /* it is sent once more, and refused */
    wait_until(test_end(f, ILF__END_DEAD) == 1);
    test_stop_with(f, ILF__END_DEAD, 1);
    assert_int_equal(1, letters_of("r1"));
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_sink_sees_a_refused_record_once_while_its_letter_waits),
        test(others_go_on_being_delivered_in_every_order),
        test(of_a_payload_only_what_was_refused_waits),
        test(a_flush_is_accepted_although_what_it_rejects_must_wait),
        test(the_log_has_few_lines_however_many_records_wait),
        test(what_waits_takes_room_until_the_pipeline_is_held_back),
        test(with_drop_oldest_what_waits_longest_makes_room),
        test(stop_tries_once_more_then_counts_the_loss),
        test(stop_ends_when_the_last_letter_is_written),
        test(a_lock_of_others_holds_up_neither_start_nor_deliveries_nor_stop),
        test(with_a_spool_what_waits_stays_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
