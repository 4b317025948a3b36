/* Tests of cbridge/instance.c: its calls from several threads. */
#include <ilf_test.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

/* A flusher whose calls wait for each other: what it must not see is counted. */
static struct meeting {
    sem_t entered, go_on;
    atomic_int inside, most_inside, flushes, urgents, stops, late_urgents;
    atomic_bool stopped;
    ilf_status status;
} meeting;

static int set_up_meeting(void **state)
{
    memset(&meeting, 0, sizeof(meeting));
    sem_init(&meeting.entered, 0, 0);
    sem_init(&meeting.go_on, 0, 0);
    (void)state;
    return 0;
}

static int end_meeting(void **state)
{
    (void)state;
    sem_destroy(&meeting.entered);
    sem_destroy(&meeting.go_on);
    return 0;
}

/* Go in, tell so, and wait there for leave to go on. */
static ilf_status waiting_flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    atomic_fetch_add(&meeting.flushes, 1);
    sem_post(&meeting.entered);
    sem_wait(&meeting.go_on);
    return meeting.status == ILF_OK ? ILF_OK : ilf_fail(err, meeting.status, "not now");
}

/* Say so, and fail at once. */
static ilf_status failing_flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    (void)self;
    (void)batch;
    if (atomic_fetch_add(&meeting.flushes, 1) == 0)
        sem_post(&meeting.entered);
    return ilf_fail(err, ILF_ERR_RETRY, "not now");
}

static ilf_status crowded_flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    int inside = atomic_fetch_add(&meeting.inside, 1) + 1;

    (void)self;
    (void)batch;
    (void)err;
    if (inside > atomic_load(&meeting.most_inside))
        atomic_store(&meeting.most_inside, inside);
    atomic_fetch_add(&meeting.flushes, 1);
    sched_yield();
    atomic_fetch_sub(&meeting.inside, 1);
    return ILF_OK;
}

static bool crowded_is_ready(void *self, const ilf_route *route)
{
    (void)route;
    return crowded_flush(self, NULL, NULL) == ILF_OK;
}

static void counting_set_urgent(void *self, bool exiting)
{
    (void)self;
    (void)exiting;
    if (atomic_load(&meeting.stopped))
        atomic_fetch_add(&meeting.late_urgents, 1);
    atomic_fetch_add(&meeting.urgents, 1);
}

/* Stay inside until leave is given. */
static void waiting_set_urgent(void *self, bool exiting)
{
    sem_post(&meeting.entered);
    sem_wait(&meeting.go_on);
    counting_set_urgent(self, exiting);
}

static ilf_status counting_stop(void *self, ilf_error *err)
{
    (void)self;
    (void)err;
    atomic_store(&meeting.stopped, true);
    atomic_fetch_add(&meeting.stops, 1);
    return ILF_OK;
}

#define PROBE                                                                                      \
    .abi = ILF_ABI, .struct_size = sizeof(ilf_flusher_ops), .name = "flusher_probe",               \
    .description = "meets its other calls"

/* Stay inside of init until leave is given. */
static ilf_status waiting_init(void *self, const ilf_host *host, ilf_error *err)
{
    (void)self;
    (void)host;
    (void)err;
    sem_post(&meeting.entered);
    sem_wait(&meeting.go_on);
    return ILF_OK;
}

static const ilf_flusher_ops waiting = {PROBE, .flush = waiting_flush,
                                        .set_urgent = counting_set_urgent, .stop = counting_stop};
static const ilf_flusher_ops failing = {PROBE, .flush = failing_flush, .stop = counting_stop};
static const ilf_flusher_ops crowded = {PROBE, .is_ready = crowded_is_ready, .flush = crowded_flush,
                                        .set_urgent = counting_set_urgent, .stop = counting_stop};
static const ilf_flusher_ops slow_urgent = {
    PROBE, .flush = crowded_flush, .set_urgent = waiting_set_urgent, .stop = counting_stop};

static const ilf_flusher_ops slow_init = {PROBE, .init = waiting_init, .flush = crowded_flush,
                                          .set_urgent = counting_set_urgent, .stop = counting_stop};

struct job {
    ilf_flusher *f;
    pthread_t thread;
    ilf_status status;
    ilf_error err;
};

static void *run_flush(void *arg)
{
    struct job *job = arg;

    job->status = ilf_flusher_flush(job->f, &no_groups, &job->err);
    return NULL;
}

static void *run_init(void *arg)
{
    struct job *job = arg;

    job->status = ilf_flusher_init(job->f, NULL, &job->err);
    return NULL;
}

static void *configure_often(void *arg)
{
    struct job *job = arg;

    for (int i = 0; i < 50 && job->status == ILF_OK; i++)
        job->status = ilf_flusher_configure(job->f, "{\"StopTimeout\":\"1h\"}", 20, &job->err);
    return NULL;
}

static void *run_stop(void *arg)
{
    struct job *job = arg;

    job->status = ilf_flusher_stop(job->f, &job->err);
    return NULL;
}

static void *run_set_urgent(void *arg)
{
    struct job *job = arg;

    ilf_flusher_set_urgent(job->f, true);
    return NULL;
}

static void spawn(struct job *job, ilf_flusher *f, void *(*run)(void *))
{
    job->f = f;
    assert_int_equal(0, pthread_create(&job->thread, NULL, run, job));
}

static void join(struct job *job)
{
    assert_int_equal(0, pthread_join(job->thread, NULL));
}

static void set_urgent_comes_through_beside_a_flush(void **state)
{
    ilf_flusher *f = test_start_ops(&waiting, NULL, "null");
    struct job flusher;

    (void)state;
    spawn(&flusher, f, run_flush);
    sem_wait(&meeting.entered);
    ilf_flusher_set_urgent(f, true); /* returns, though the flush does not */
    assert_int_equal(1, atomic_load(&meeting.urgents));
    sem_post(&meeting.go_on);
    join(&flusher);
    assert_int_equal(ILF_OK, flusher.status);
    ilf_flusher_free(f);
}

static void is_ready_does_not_wait_for_a_flush(void **state)
{
    ilf_flusher *f = test_start_ops(&waiting, NULL, "null");
    struct job flusher;

    (void)state;
    spawn(&flusher, f, run_flush);
    sem_wait(&meeting.entered);
    assert_false(ilf_flusher_is_ready(f, NULL));
    sem_post(&meeting.go_on);
    join(&flusher);
    assert_true(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_free(f);
}

static void nothing_happens_beside_init_but_what_waits_for_its_end(void **state)
{
    ilf_flusher *f = ilf__flusher_new(&slow_init, NULL, NULL);
    struct job starter, flusher;

    (void)state;
    spawn(&starter, f, run_init);
    sem_wait(&meeting.entered);
    assert_false(ilf_flusher_is_ready(f, NULL));
    ilf_flusher_set_urgent(f, true); /* which the flusher need not know yet */
    assert_false(ilf_flusher_is_ready(f, NULL));
    spawn(&flusher, f, run_flush);
    sem_post(&meeting.go_on);
    join(&starter);
    join(&flusher);
    assert_int_equal(ILF_OK, starter.status);
    assert_int_equal(ILF_OK, flusher.status);
    assert_true(ilf_flusher_is_ready(f, NULL));
    assert_int_equal(0, atomic_load(&meeting.urgents));
    ilf_flusher_free(f);
    assert_int_equal(1, atomic_load(&meeting.stops));
}

static void set_urgent_may_come_beside_configure(void **state)
{
    ilf_flusher *f = ilf__flusher_new(&slow_init, NULL, NULL);
    struct job configurer = {0};

    (void)state;
    spawn(&configurer, f, configure_often);
    for (int i = 0; i < 50; i++)
        ilf_flusher_set_urgent(f, false);
    join(&configurer);
    assert_int_equal(ILF_OK, configurer.status);
    ilf_flusher_free(f);
}

static void stop_waits_for_the_flush_under_way(void **state)
{
    ilf_flusher *f = test_start_ops(&waiting, NULL, "null");
    struct job flusher, stopper;

    (void)state;
    spawn(&flusher, f, run_flush);
    sem_wait(&meeting.entered);
    spawn(&stopper, f, run_stop);
    pthread_mutex_lock(&f->lock);
    while (!f->stopping)
        pthread_cond_wait(&f->wake, &f->lock);
    pthread_mutex_unlock(&f->lock);
    assert_int_equal(0, atomic_load(&meeting.stops));
    assert_false(ilf_flusher_is_ready(f, NULL));
    sem_post(&meeting.go_on);
    join(&flusher);
    join(&stopper);
    assert_int_equal(ILF_OK, flusher.status);
    assert_int_equal(ILF_OK, stopper.status);
    assert_int_equal(1, atomic_load(&meeting.stops));
    ilf_flusher_free(f);
    assert_int_equal(1, atomic_load(&meeting.stops));
}

static void stop_ends_the_pause_of_a_retry(void **state)
{
    ilf_flusher *f = test_start_ops(&failing, NULL,
                                    "{\"Retry\":{\"InitialDelay\":\"24h\",\"MaxDelay\":\"24h\"}}");
    struct job flusher;

    (void)state;
    spawn(&flusher, f, run_flush);
    sem_wait(&meeting.entered);
    assert_works(ilf_flusher_stop(f, &err));
    join(&flusher);
    assert_int_equal(ILF_ERR_RETRY, flusher.status);
    assert_string_equal("not now (gave up after 1 try, the pipeline is stopping)",
                        flusher.err.text);
    assert_int_equal(1, atomic_load(&meeting.flushes));
    assert_int_equal(1, atomic_load(&meeting.stops));
    ilf_flusher_free(f);
}

static void a_flush_that_waits_its_turn_ends_with_stop(void **state)
{
    ilf_flusher *f = test_start_ops(&waiting, NULL, "null");
    struct job first, second, stopper;

    (void)state;
    spawn(&first, f, run_flush);
    sem_wait(&meeting.entered);
    spawn(&second, f, run_flush); /* waits, or comes after stop: refused either way */
    spawn(&stopper, f, run_stop);
    join(&second);
    assert_int_equal(ILF_ERR_CONFIG, second.status);
    assert_string_equal("flusher_probe: flush called after stop or a failed init", second.err.text);
    sem_post(&meeting.go_on);
    join(&first);
    join(&stopper);
    assert_int_equal(1, atomic_load(&meeting.flushes));
    assert_int_equal(1, atomic_load(&meeting.stops));
    ilf_flusher_free(f);
}

static void stop_waits_for_the_flushers_set_urgent(void **state)
{
    ilf_flusher *f = test_start_ops(&slow_urgent, NULL, "null");
    struct job urgent, stopper;

    (void)state;
    spawn(&urgent, f, run_set_urgent);
    sem_wait(&meeting.entered);
    spawn(&stopper, f, run_stop);
    pthread_mutex_lock(&f->lock);
    while (!f->stopping)
        pthread_cond_wait(&f->wake, &f->lock);
    pthread_mutex_unlock(&f->lock);
    assert_int_equal(0, atomic_load(&meeting.stops));
    sem_post(&meeting.go_on);
    join(&urgent);
    join(&stopper);
    assert_int_equal(0, atomic_load(&meeting.late_urgents));
    assert_int_equal(1, atomic_load(&meeting.stops));
    ilf_flusher_free(f);
}

static void two_stops_at_once_stop_once(void **state)
{
    ilf_flusher *f = test_start_ops(&waiting, NULL, "null");
    struct job flusher, stoppers[2];

    (void)state;
    spawn(&flusher, f, run_flush);
    sem_wait(&meeting.entered);
    spawn(&stoppers[0], f, run_stop);
    spawn(&stoppers[1], f, run_stop);
    sem_post(&meeting.go_on);
    join(&flusher);
    join(&stoppers[0]);
    join(&stoppers[1]);
    assert_int_equal(ILF_OK, stoppers[0].status);
    assert_int_equal(ILF_OK, stoppers[1].status);
    assert_int_equal(1, atomic_load(&meeting.stops));
    ilf_flusher_free(f);
}

enum { THREADS = 6, ROUNDS = 300 };

static void *flush_often(void *arg)
{
    struct job *job = arg;

    for (int i = 0; i < ROUNDS && job->status == ILF_OK; i++) {
        job->status = ilf_flusher_flush(job->f, &no_groups, &job->err);
        (void)ilf_flusher_is_ready(job->f, NULL);
    }
    return NULL;
}

static void *urge_often(void *arg)
{
    struct job *job = arg;

    for (int i = 0; i < ROUNDS; i++)
        ilf_flusher_set_urgent(job->f, i % 2 == 0);
    return NULL;
}

static void flushes_of_many_threads_never_overlap(void **state)
{
    ilf_flusher *f = test_start_ops(&crowded, NULL, "null");
    struct job jobs[THREADS] = {{0}};

    (void)state;
    for (int i = 0; i < THREADS; i++)
        spawn(&jobs[i], f, flush_often);
    for (int i = 0; i < THREADS; i++) {
        join(&jobs[i]);
        assert_int_equal(ILF_OK, jobs[i].status);
    }
    assert_int_equal(1, atomic_load(&meeting.most_inside));
    assert_true(atomic_load(&meeting.flushes) >= THREADS * ROUNDS);
    assert_int_equal(THREADS * ROUNDS, test_count(&f->metrics.flushes));
    ilf_flusher_free(f);
}

static void survives_every_call_beside_every_other(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        ilf_flusher *f = test_start_ops(&crowded, NULL, "null");
        struct job jobs[4] = {{0}};

        atomic_store(&meeting.stopped, false);
        spawn(&jobs[0], f, flush_often);
        spawn(&jobs[1], f, flush_often);
        spawn(&jobs[2], f, urge_often);
        spawn(&jobs[3], f, run_stop);
        for (int i = 0; i < 4; i++)
            join(&jobs[i]);
        assert_int_equal(round + 1, atomic_load(&meeting.stops));
        ilf_flusher_free(f);
    }
    assert_int_equal(1, atomic_load(&meeting.most_inside));
    assert_int_equal(0, atomic_load(&meeting.late_urgents));
    assert_int_equal(20, atomic_load(&meeting.stops));
}

static void a_reloaded_instance_starts_while_the_old_one_flushes(void **state)
{
    ilf_flusher *old = test_start_ops(&waiting, NULL, "null"), *new;
    struct job flusher;

    (void)state;
    spawn(&flusher, old, run_flush);
    sem_wait(&meeting.entered);
    new = test_start_ops(&crowded, NULL, "null");
    assert_works(ilf_flusher_flush(new, &no_groups, &err));
    ilf_flusher_set_urgent(old, false);
    sem_post(&meeting.go_on);
    join(&flusher);
    assert_works(ilf_flusher_stop(old, &err));
    ilf_flusher_free(old);
    assert_works(ilf_flusher_flush(new, &no_groups, &err));
    ilf_flusher_free(new);
    assert_int_equal(3, atomic_load(&meeting.flushes));
    assert_int_equal(2, atomic_load(&meeting.stops));
}

static void *live_a_life(void *arg)
{
    struct job *job = arg;
    char metrics[64];

    for (int i = 0; i < 50 && job->status == ILF_OK; i++) {
        ilf_flusher *f = ilf__flusher_new(&crowded, NULL, &job->err);
        const ilf_route route = {S("p"), S("l"), S("c"), i};

        job->status = f ? ilf_flusher_init(f, &route, &job->err) : ILF_ERR_NOMEM;
        if (job->status == ILF_OK)
            job->status = ilf_flusher_flush(f, &no_groups, &job->err);
        (void)ilf_metrics(metrics, sizeof(metrics));
        ilf_flusher_free(f);
    }
    return NULL;
}

static void instances_come_and_go_in_many_threads(void **state)
{
    struct job jobs[THREADS] = {{0}};

    (void)state;
    for (int i = 0; i < THREADS; i++)
        spawn(&jobs[i], NULL, live_a_life);
    for (int i = 0; i < THREADS; i++) {
        join(&jobs[i]);
        assert_int_equal(ILF_OK, jobs[i].status);
    }
    assert_int_equal(THREADS * 50, atomic_load(&meeting.stops));
    assert_int_equal(0, ilf_metrics(NULL, 0));
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up_meeting, end_meeting)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(set_urgent_comes_through_beside_a_flush),
        test(is_ready_does_not_wait_for_a_flush),
        test(nothing_happens_beside_init_but_what_waits_for_its_end),
        test(set_urgent_may_come_beside_configure),
        test(stop_waits_for_the_flush_under_way),
        test(stop_ends_the_pause_of_a_retry),
        test(a_flush_that_waits_its_turn_ends_with_stop),
        test(stop_waits_for_the_flushers_set_urgent),
        test(two_stops_at_once_stop_once),
        test(flushes_of_many_threads_never_overlap),
        test(survives_every_call_beside_every_other),
        test(a_reloaded_instance_starts_while_the_old_one_flushes),
        test(instances_come_and_go_in_many_threads),
    };

    alarm(300); /* so that a deadlock ends */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
