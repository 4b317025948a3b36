/* Rules about poll, wake and cancel, and about the threads that they run on. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "deliver.h"
#include "payload.h"

static struct instance *start_polled(void)
{
    need_delivered();
    if (!the.ops->poll)
        skip("it has no poll hook");
    return start();
}

static double timed_poll(struct instance *i, int64_t timeout)
{
    double since = seconds();

    step("poll of %lld ns", (long long)timeout);
    the.ops->poll(i->self, timeout);
    return seconds() - since;
}

/* --- Time ------------------------------------------------------------------------------------------- */

static void keeps_its_timeout(const struct rule *rule)
{
    struct instance *i = start_polled();
    double took = timed_poll(i, 50000000);

    (void)rule;
    if (took > 0.05 + patience())
        fail("called  poll with a timeout of 50 ms\nseen    it took %.2f s", took);
    (void)call_stop(i);
}

static void does_not_wait(const struct rule *rule)
{
    struct instance *i = start_polled();
    double took;

    (void)rule;
    took = timed_poll(i, 0);
    if (took > patience())
        fail("called  poll(0), with nothing to do\nseen    it took %.2f s", took);
    (void)call_send(i, payload_new(i), false);
    took = timed_poll(i, 0);
    if (took > patience())
        fail("called  poll(0), with a send in flight\nseen    it took %.2f s", took);
    must_end(i);
    (void)call_stop(i);
}

/* A few returns without a reason do no harm; nothing but such burns a core. */
static void waits(const struct rule *rule)
{
    struct instance *i = start_polled();
    double took = 0;

    (void)rule;
    for (int n = 0; n < 10 && took < 0.1; n++)
        took += timed_poll(i, 50000000);
    if (took < 0.1)
        fail("called  poll ten times with a timeout of 50 ms, and nothing to do\nseen    all of "
             "them took %.3f s",
             took);
    (void)call_stop(i);
}

/* --- wake ------------------------------------------------------------------------------------------- */

struct waker {
    struct instance *i;
    atomic_bool go_on;
    unsigned pause; /* microseconds before each wake */
};

static void *wake_later(void *context)
{
    struct waker *waker = context;

    do {
        (void)usleep(waker->pause);
        the.ops->wake(waker->i->self);
    } while (atomic_load(&waker->go_on));
    return NULL;
}

static pthread_t start_waker(struct waker *waker)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, wake_later, waker) != 0)
        skip("no thread can be started");
    return thread;
}

static void is_woken(const struct rule *rule)
{
    struct instance *i = start_polled();
    struct waker waker = {.i = i, .pause = 50000};
    int64_t long_enough = (int64_t)(4e9 * patience());
    pthread_t thread = start_waker(&waker);
    double took = timed_poll(i, long_enough);

    (void)rule;
    pthread_join(thread, NULL);
    if (took > 3 * patience())
        fail("called  wake from another thread while poll waits\nseen    poll went on for %.2f s",
             took);
    (void)call_stop(i);
}

static void is_woken_before(const struct rule *rule)
{
    struct instance *i = start_polled();
    double took;

    (void)rule;
    step("wake");
    the.ops->wake(i->self);
    took = timed_poll(i, (int64_t)(4e9 * patience()));
    if (took > 3 * patience())
        fail("called  wake, and then poll\nseen    poll waited for %.2f s", took);
    (void)call_stop(i);
}

static void bears_wakes(const struct rule *rule)
{
    struct instance *i = start_polled();
    struct waker waker = {.i = i, .go_on = true, .pause = 100};
    pthread_t thread = start_waker(&waker);

    (void)rule;
    for (int n = 0; n < 100; n++) {
        (void)deliver(i, sample_new("the batch"), true, false);
        (void)timed_poll(i, 100000);
    }
    atomic_store(&waker.go_on, false);
    pthread_join(thread, NULL);
    (void)call_stop(i);
}

/* --- cancel ----------------------------------------------------------------------------------------- */

static void need_cancel(void)
{
    need_delivered();
    if (!the.ops->cancel)
        skip("it has no cancel hook");
}

static void cancel(struct instance *i)
{
    step("cancel");
    the.ops->cancel(i->self);
}

static void ends_all(const struct rule *rule)
{
    struct instance *i;
    double since;

    (void)rule;
    need_cancel();
    i = start();
    for (int n = 0; n < 3; n++)
        (void)call_send(i, payload_new(i), false);
    since = seconds();
    cancel(i);
    if (!await(i, 2 * patience()))
        fail("called  send three times, then cancel\nseen    %u sends still in flight after %.2f s",
             delivery_of(i)->under_way, seconds() - since);
    (void)call_stop(i);
}

static void says_cancelled(const struct rule *rule)
{
    const struct sending *s, *usual;
    struct instance *i;

    (void)rule;
    need_cancel();
    i = start();
    usual = call_send(i, payload_new(i), false);
    must_end(i);
    s = call_send(i, payload_new(i), false);
    if (s->ended)
        skip("a send is over when it returns");
    cancel(i);
    must_end(i);
    if (s->verdict != ILF_CANCELLED && s->verdict != ILF_DELIVERED &&
        !(was_the_sinks(s) && s->verdict == usual->verdict)) /* the sink was quicker */
        fail("called  send, then cancel\nseen    verdict %d", (int)s->verdict);
    (void)call_stop(i);
}

static void cancels_nothing(const struct rule *rule)
{
    struct instance *i;

    (void)rule;
    need_cancel();
    i = start();
    cancel(i);
    cancel(i);
    (void)call_stop(i);
    i = start();
    use(i);
    cancel(i);
    (void)call_stop(i);
}

/* --- Threads ---------------------------------------------------------------------------------------- */

struct sender {
    struct instance *i;
    ilf_payload *payload;
    int times;
    const struct sending *last;
    atomic_bool done;
};

static void *send_there(void *context)
{
    struct sender *sender = context;

    for (int n = 0; n < sender->times; n++) {
        sender->last = call_send(sender->i, sender->payload, false);
        must_end(sender->i);
    }
    atomic_store(&sender->done, true);
    return NULL;
}

static pthread_t start_sender(struct sender *sender)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, send_there, sender) != 0)
        skip("no thread can be started");
    return thread;
}

static void sends_elsewhere(const struct rule *rule)
{
    const struct sending *here;
    struct sender sender;
    struct instance *i;

    (void)rule;
    need_delivered();
    i = start();
    sender = (struct sender){.i = i, .payload = payload_new(i), .times = 1};
    here = call_send(i, payload_new(i), false);
    must_end(i);
    pthread_join(start_sender(&sender), NULL);
    if (here->verdict != sender.last->verdict && !was_the_sinks(here) &&
        !was_the_sinks(sender.last))
        fail("called  send on another thread than init\nseen    verdict %d, and %d on the same",
             (int)sender.last->verdict, (int)here->verdict);
    (void)call_stop(i);
}

static void encodes_beside(const struct rule *rule)
{
    struct sample *sample = sample_new("the batch");
    struct sender sender;
    struct instance *i;
    struct ilf__payload *copy;
    pthread_t thread;

    (void)rule;
    need_delivered();
    i = start();
    copy =
        ilf__payload_copy(payload_new(i), 0); /* encode goes round in the memory of the original */
    if (!copy)
        skip("out of memory");
    sender = (struct sender){.i = i, .payload = &copy->shown, .times = 200};
    thread = start_sender(&sender);
    while (!atomic_load(&sender.done))
        (void)encode(i, sample);
    pthread_join(thread, NULL);
    (void)call_stop(i);
    free(copy);
}

extern const struct rule rules_poll[];
const struct rule rules_poll[] = {
    {"poll.timeout", "poll returns when its timeout is over.", "wait with a timeout",
     .run = keeps_its_timeout},
    {"poll.zero", "poll(0) does not wait.", "do what can be done at once, and return",
     .run = does_not_wait},
    {"poll.waits", "poll waits when nothing is to do.",
     "wait for the timeout: who spins burns a core", .run = waits},
    {"poll.woken", "wake ends a poll that runs, from any thread.",
     "write to an eventfd that poll waits for", .run = is_woken},
    {"poll.woken-before", "wake before poll ends the next one.",
     "let the wake be remembered until a poll sees it", .run = is_woken_before},
    {"poll.wakes", "wake may come at any time, as often as it likes.",
     "an eventfd with EFD_NONBLOCK, or an atomic flag", .run = bears_wakes},
    {"cancel.ends", "cancel ends all sends, at once or soon after.",
     "complete each that is in flight", .run = ends_all},
    {"cancel.verdict", "What cancel ends is ILF_CANCELLED.", "it was not rejected: it was not sent",
     .run = says_cancelled},
    {"cancel.nothing", "cancel may find nothing to do, and may come again.",
     "walk a list that may be empty", .run = cancels_nothing},
    {"threads.send", "send and poll run on another thread than init and encode.",
     "keep nothing in thread-locals", .run = sends_elsewhere},
    {"threads.encode-send", "encode runs beside send and poll.",
     "let the two sides share nothing that changes", .run = encodes_beside},
    {0},
};
