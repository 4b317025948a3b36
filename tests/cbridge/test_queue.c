/* Tests of cbridge/queue.c. */
#include "queue.h"

#include <stdlib.h>

#include "ilf_test.h"

static struct ilf__payload *make(uint64_t id, uint64_t lane)
{
    static const ilf_record_end end = {1, 1};
    const ilf_payload like = {.struct_size = sizeof(like),
                              .id = id,
                              .bytes = S("x"),
                              .ends = &end,
                              .n_records = 1,
                              .n_events = 1};
    struct ilf__payload *p = ilf__payload_copy(&like, lane);

    assert_non_null(p);
    return p;
}

static void end(struct ilf__queue *q, struct ilf__payload *p)
{
    ilf__queue_forget(q, p);
    free(p);
}

/* Take at @now what must have the id @want, 0: nothing. */
static struct ilf__payload *take(struct ilf__queue *q, uint64_t now, uint64_t want)
{
    const struct ilf__payload *next = ilf__queue_next(q, now);
    struct ilf__payload *p = ilf__queue_take(q, now);

    assert_ptr_equal(next, p);
    assert_int_equal(want, p ? p->shown.id : 0);
    return p;
}

static void retries_go_before_new_ones_in_the_order_in_which_they_are_due(void **state)
{
    static const uint64_t dues[] = {50, 20, 40, 10, 30};
    struct ilf__queue q = {.n_lanes = 0};
    struct ilf__payload *p;

    (void)state;
    for (uint64_t i = 1; i <= 6; i++)
        ilf__queue_add(&q, make(i, 0));
    for (uint64_t i = 1; i <= 5; i++) {
        p = take(&q, 0, i);
        p->due = dues[i - 1];
        ilf__queue_retry(&q, p);
    }
    assert_int_equal(6, q.held.payloads);
    assert_int_equal(10, ilf__queue_due(&q));
    end(&q, take(&q, 25, 4));
    end(&q, take(&q, 25, 2));
    end(&q, take(&q, 25, 6));
    (void)take(&q, 25, 0);
    end(&q, take(&q, 100, 5));
    end(&q, take(&q, 100, 3));
    end(&q, take(&q, 100, 1));
    assert_int_equal(0, q.held.payloads);
    assert_int_equal(0, q.held.bytes);
    assert_int_equal(UINT64_MAX, ilf__queue_due(&q));
}

static void or_new_ones_go_before_retries(void **state)
{
    struct ilf__queue q = {.n_lanes = 0};

    (void)state;
    for (uint64_t i = 1; i <= 2; i++)
        ilf__queue_add(&q, make(i, 0));
    ilf__queue_retry(&q, take(&q, 0, 1));
    q.new_first = true;
    end(&q, take(&q, 0, 2));
    end(&q, take(&q, 0, 1));
}

static void one_of_a_lane_is_in_play(void **state)
{
    struct ilf__lane lanes[2] = {0};
    struct ilf__queue q = {.lanes = lanes, .n_lanes = 2};
    struct ilf__payload *one, *two;

    (void)state;
    ilf__queue_add(&q, make(1, 0));
    ilf__queue_add(&q, make(2, 1));
    ilf__queue_add(&q, make(3, 0));
    one = take(&q, 0, 1);
    two = take(&q, 0, 2);
    (void)take(&q, 0, 0);
    one->due = 5;
    ilf__queue_retry(&q, one);
    end(&q, two);
    (void)take(&q, 0, 0);
    end(&q, take(&q, 5, 1));
    end(&q, take(&q, 5, 3));
}

static void halves_take_the_place_of_the_whole(void **state)
{
    struct ilf__lane lane = {0};
    struct ilf__queue q = {.lanes = &lane, .n_lanes = 1};
    struct ilf__payload *parts[2] = {make(10, 0), make(11, 0)}, *whole;

    (void)state;
    ilf__queue_add(&q, make(1, 0));
    ilf__queue_add(&q, make(2, 0));
    whole = take(&q, 0, 1);
    ilf__queue_swap(&q, whole, parts, 2);
    free(whole);
    assert_int_equal(3, q.held.payloads);
    end(&q, take(&q, 0, 10));
    end(&q, take(&q, 0, 11));
    end(&q, take(&q, 0, 2));
}

static void what_is_set_aside_takes_room_but_no_turn(void **state)
{
    struct ilf__lane lane = {0};
    struct ilf__queue q = {.lanes = &lane, .n_lanes = 1};
    struct ilf__payload *one, *other = make(9, 0);

    (void)state;
    ilf__queue_add(&q, make(1, 0));
    ilf__queue_add(&q, make(2, 0));
    one = take(&q, 0, 1);
    ilf__queue_set_aside(&q, one);
    ilf__queue_hold(&q, other);
    assert_int_equal(3, q.held.payloads);
    end(&q, take(&q, 0, 2));
    assert_int_equal(2, q.held.payloads);
    assert_int_equal(2, q.unspooled);
    ilf__queue_release(&q, one);
    ilf__queue_release(&q, other);
    assert_int_equal(0, q.held.payloads);
    assert_int_equal(0, q.held.bytes);
    free(one);
    free(other);
    ilf__queue_add(&q, make(3, 0));
    end(&q, take(&q, 0, 3));
}

static void hurry_makes_all_ready(void **state)
{
    struct ilf__queue q = {.n_lanes = 0};
    struct ilf__payload *p;

    (void)state;
    ilf__queue_add(&q, make(1, 0));
    ilf__queue_add(&q, make(2, 0));
    p = take(&q, 0, 1);
    p->due = 1000;
    ilf__queue_retry(&q, p);
    ilf__queue_hurry(&q);
    end(&q, take(&q, 0, 1));
    end(&q, take(&q, 0, 2));
}

static void drops_the_oldest_and_leaves_lanes_in_order(void **state)
{
    struct ilf__lane lanes[2] = {0};
    struct ilf__queue q = {.lanes = lanes, .n_lanes = 2};
    struct ilf__payload *one, *p;

    (void)state;
    for (uint64_t i = 1; i <= 4; i++)
        ilf__queue_add(&q, make(i, i == 4));
    one = take(&q, 0, 1); /* behind which 2 and 3 stand in line */
    p = ilf__queue_drop_oldest(&q);
    assert_int_equal(4, p->shown.id); /* what is ready goes first */
    free(p);
    p = ilf__queue_drop_oldest(&q);
    assert_int_equal(2, p->shown.id);
    free(p);
    (void)take(&q, 0, 0);
    end(&q, one);
    end(&q, take(&q, 0, 3));
    assert_null(ilf__queue_drop_oldest(&q));
    assert_int_equal(0, q.held.payloads);
}

static void an_ordered_queue_goes_back_to_what_failed_first(void **state)
{
    struct ilf__queue q = {.in_order = true};
    struct ilf__payload *taken[4];

    (void)state;
    for (uint64_t i = 1; i <= 6; i++)
        ilf__queue_add(&q, make(i, 0));
    for (uint64_t i = 1; i <= 4; i++)
        taken[i - 1] = take(&q, 0, i);
    end(&q, taken[0]);
    taken[2]->due = 50;
    ilf__queue_retry(&q, taken[2]);
    (void)take(&q, 100, 0); /* 2 and 4 are not back yet */
    assert_int_equal(UINT64_MAX, ilf__queue_due(&q));
    taken[3]->due = 90;
    ilf__queue_retry(&q, taken[3]);
    taken[1]->due = 20;
    ilf__queue_retry(&q, taken[1]);
    assert_int_equal(20, ilf__queue_due(&q));
    (void)take(&q, 19, 0);
    for (uint64_t i = 2; i <= 6; i++) /* the first is due, and the others go with it */
        end(&q, take(&q, 20, i));
    assert_int_equal(0, q.held.payloads);
    assert_int_equal(0, q.taken);
}

static bool is_record(const void *context, size_t record)
{
    return record == *(const size_t *)context;
}

/* One of two records, with its number as id. */
static struct ilf__payload *half_of(const struct ilf__payload *p, size_t record, uint64_t id)
{
    struct ilf__payload *half = ilf__payload_part(p, id, is_record, &record);

    assert_non_null(half);
    return half;
}

static void an_ordered_queue_puts_parts_where_the_whole_was(void **state)
{
    static const ilf_record_end ends[] = {{1, 1}, {2, 1}};
    const ilf_payload two = {
        .struct_size = sizeof(two), .bytes = S("xy"), .ends = ends, .n_records = 2, .n_events = 2};
    struct ilf__queue q = {.in_order = true};
    struct ilf__payload *first = ilf__payload_copy(&two, 0), *second = ilf__payload_copy(&two, 0);
    struct ilf__payload *parts[2];

    (void)state;
    assert_non_null(first);
    assert_non_null(second);
    ilf__queue_add(&q, first);
    ilf__queue_add(&q, second);
    ilf__queue_add(&q, make(5, 0));
    assert_ptr_equal(first, ilf__queue_take(&q, 0));
    assert_ptr_equal(second, ilf__queue_take(&q, 0));
    parts[0] = half_of(second, 0, 3);
    parts[1] = half_of(second, 1, 4);
    ilf__queue_swap(&q, second, parts, 2);
    free(second);
    parts[0] = half_of(first, 0, 1);
    parts[1] = half_of(first, 1, 2);
    ilf__queue_swap(&q, first, parts, 2);
    free(first);
    for (uint64_t i = 1; i <= 5; i++)
        end(&q, take(&q, 0, i));
    assert_int_equal(0, q.held.payloads);
}

/* A client that delivers in order, and fails at random, with all that it has been given since. */
static void an_ordered_queue_delivers_in_order_whatever_fails(void **state)
{
    enum { COUNT = 5000, WINDOW = 7 };
    struct ilf__queue q = {.in_order = true};
    struct ilf__payload *flying[WINDOW];
    uint64_t added = 0, delivered = 0, now = 0;
    size_t n = 0;

    (void)state;
    srandom(1);
    while (delivered < COUNT) {
        now++;
        if (added < COUNT && random() % 2)
            ilf__queue_add(&q, make(++added, 0));
        while (n < WINDOW && ilf__queue_next(&q, now))
            flying[n++] = ilf__queue_take(&q, now);
        if (n > 0 && random() % 3) {
            assert_int_equal(++delivered, flying[0]->shown.id);
            end(&q, flying[0]);
            memmove(flying, flying + 1, --n * sizeof(flying[0]));
        } else if (random() % 5 == 0) {
            while (n > 0) { /* they come back in any order */
                size_t i = (size_t)random() % n;

                flying[i]->due = now + (uint64_t)random() % 20;
                ilf__queue_retry(&q, flying[i]);
                flying[i] = flying[--n];
            }
        }
    }
    assert_int_equal(0, q.held.payloads);
}

/* --- From queue to queue ---------------------------------------------------------------------- */

/* Pass on what @from has and has not given out, as a reload does. */
static void pass(struct ilf__queue *from, struct ilf__queue *to, size_t *awaited)
{
    ilf__queue_join(to, ilf__queue_leave(from));
    if (from->taken > *awaited)
        ilf__queue_await(to, from->taken - *awaited, 0);
    else
        ilf__queue_await(to, 0, *awaited - from->taken);
    *awaited = from->taken;
}

static void what_waits_and_what_is_ready_passes_to_another_queue(void **state)
{
    struct ilf__queue old = {0}, new = {0};
    struct ilf__payload *p;
    size_t awaited = 0;

    (void)state;
    for (uint64_t i = 1; i <= 4; i++)
        ilf__queue_add(&old, make(i, 0));
    ilf__queue_add(&new, make(5, 0));
    p = take(&old, 0, 1);
    p->due = 50;
    ilf__queue_retry(&old, p);
    p = take(&old, 0, 2);
    pass(&old, &new, &awaited);
    assert_int_equal(1, old.held.payloads);
    assert_int_equal(4, new.held.payloads);
    end(&new, take(&new, 0, 3)); /* without order nothing waits for 2 */
    end(&new, take(&new, 0, 4));
    end(&new, take(&new, 0, 5));
    assert_int_equal(50, ilf__queue_due(&new));
    p->due = 40;
    ilf__queue_retry(&old, p);
    pass(&old, &new, &awaited);
    assert_int_equal(0, old.held.payloads);
    assert_int_equal(40, ilf__queue_due(&new));
    end(&new, take(&new, 50, 2));
    end(&new, take(&new, 50, 1));
    assert_int_equal(0, new.held.payloads);
    assert_int_equal(0, new.held.bytes);
    assert_int_equal(0, new.unspooled);
}

static void lanes_wait_for_what_another_queue_has_given_out(void **state)
{
    struct ilf__lane old_lanes[2] = {0}, new_lanes[3] = {0}; /* order may be kept otherwise now */
    struct ilf__queue old = {.lanes = old_lanes, .n_lanes = 2};
    struct ilf__queue new = {.lanes = new_lanes, .n_lanes = 3};
    struct ilf__payload *one, *two;
    size_t awaited = 0;

    (void)state;
    for (uint64_t i = 1; i <= 6; i++)
        ilf__queue_add(&old, make(i, i % 2));
    one = take(&old, 0, 1);
    two = take(&old, 0, 2);
    pass(&old, &new, &awaited);
    ilf__queue_add(&new, make(7, 1));
    (void)take(&new, 0, 0);
    assert_int_equal(UINT64_MAX, ilf__queue_due(&new));
    one->due = 10;
    ilf__queue_retry(&old, one);
    pass(&old, &new, &awaited);
    (void)take(&new, 10, 0); /* 2 is still missing */
    end(&old, two);
    pass(&old, &new, &awaited);
    assert_int_equal(10, ilf__queue_due(&new));
    one = take(&new, 10, 1);
    two = take(&new, 10, 4);
    (void)take(&new, 10, 0);
    end(&new, one);
    end(&new, take(&new, 10, 3));
    end(&new, take(&new, 10, 5));
    end(&new, take(&new, 10, 7));
    end(&new, two);
    end(&new, take(&new, 10, 6));
    assert_int_equal(0, new.held.payloads);
}

static void hurry_reaches_what_has_come_from_another_queue(void **state)
{
    struct ilf__queue old = {.in_order = true}, new = {.in_order = true};
    struct ilf__payload *one, *two;
    size_t awaited = 0;

    (void)state;
    ilf__queue_add(&old, make(1, 0));
    ilf__queue_add(&old, make(2, 0));
    one = take(&old, 0, 1);
    two = take(&old, 0, 2);
    pass(&old, &new, &awaited);
    one->due = 100;
    ilf__queue_retry(&old, one);
    pass(&old, &new, &awaited);
    ilf__queue_hurry(&new);
    end(&old, two);
    pass(&old, &new, &awaited);
    end(&new, take(&new, 0, 1));
    assert_int_equal(0, new.held.payloads);
}

/* As above, with queues that pass what they have to the next now and then. */
static void order_is_kept_from_queue_to_queue_whatever_fails(void **state)
{
    enum { COUNT = 2000, WINDOW = 7, QUEUES = 50 };
    static struct ilf__queue queues[QUEUES];
    static struct ilf__payload *flying[QUEUES][WINDOW];
    static size_t n[QUEUES], awaited[QUEUES];
    uint64_t added = 0, delivered = 0, now = 0;
    size_t last = 0;

    (void)state;
    srandom(2);
    for (size_t i = 0; i < QUEUES; i++)
        queues[i].in_order = true;
    while (delivered < COUNT) {
        struct ilf__queue *q = &queues[last];

        now++;
        if (added < COUNT && random() % 2)
            ilf__queue_add(q, make(++added, 0));
        while (n[last] < WINDOW && ilf__queue_next(q, now))
            flying[last][n[last]++] = ilf__queue_take(q, now);
        for (size_t i = 0; i <= last; i++) {
            if (n[i] > 0 && random() % 3) {
                assert_int_equal(++delivered, flying[i][0]->shown.id);
                end(&queues[i], flying[i][0]);
                memmove(flying[i], flying[i] + 1, --n[i] * sizeof(flying[i][0]));
            } else if (random() % 5 == 0) {
                while (n[i] > 0) {
                    size_t k = (size_t)random() % n[i];

                    flying[i][k]->due = now + (uint64_t)random() % 20;
                    ilf__queue_retry(&queues[i], flying[i][k]);
                    flying[i][k] = flying[i][--n[i]];
                    if (i < last && random() % 2)
                        pass(&queues[i], &queues[last], &awaited[i]);
                }
            }
            if (i < last)
                pass(&queues[i], &queues[last], &awaited[i]);
        }
        if (last + 1 < QUEUES && random() % 20 == 0) { /* also what the last one waits for */
            size_t more = q->awaited;

            last++;
            ilf__queue_await(&queues[last], more, 0);
            pass(q, &queues[last], &awaited[last - 1]);
            q->awaited = 0;
        }
    }
    for (size_t i = 0; i < QUEUES; i++)
        assert_int_equal(0, queues[i].held.payloads);
    assert_int_equal(QUEUES - 1, last);
}

/* --- Age ---------------------------------------------------------------------------------------- */

static void add_of(struct ilf__queue *q, uint64_t id, uint64_t lane, uint64_t accepted_at)
{
    struct ilf__payload *p = make(id, lane);

    p->shown.accepted_at = accepted_at;
    ilf__queue_add(q, p);
}

static void retry_at(struct ilf__queue *q, uint64_t id, uint64_t due)
{
    struct ilf__payload *p = take(q, 0, id);

    p->due = due;
    ilf__queue_retry(q, p);
}

static void the_oldest_may_be_the_last_that_is_due(void **state)
{
    static const uint64_t dues[] = {90, 70, 80, 50, 60};
    struct ilf__queue q = {.n_lanes = 0};

    (void)state;
    assert_int_equal(UINT64_MAX, ilf__queue_oldest(&q));
    for (uint64_t i = 1; i <= 6; i++)
        add_of(&q, i, 0, 100 + i);
    for (uint64_t i = 1; i <= 5; i++)
        retry_at(&q, i, dues[i - 1]);
    assert_int_equal(101, ilf__queue_oldest(&q));
    for (uint64_t n = 0; n < 5; n++) { /* 4, 5, 2, 3 and 1 */
        end(&q, ilf__queue_take(&q, 100));
        assert_int_equal(n < 4 ? 101 : 106, ilf__queue_oldest(&q));
    }
    end(&q, take(&q, 100, 6));
    assert_int_equal(UINT64_MAX, ilf__queue_oldest(&q));
}

static void hurry_leaves_the_oldest_in_front(void **state)
{
    struct ilf__queue q = {.n_lanes = 0};

    (void)state;
    for (uint64_t i = 1; i <= 3; i++)
        add_of(&q, i, 0, 100 + i);
    retry_at(&q, 1, 90);
    retry_at(&q, 2, 80);
    ilf__queue_hurry(&q);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(100 + i, ilf__queue_oldest(&q));
        end(&q, take(&q, 0, i));
    }
}

static void the_oldest_may_have_stood_in_line_for_its_lane(void **state)
{
    struct ilf__lane lanes[2] = {{{NULL, NULL}, false}, {{NULL, NULL}, false}};
    struct ilf__queue q = {.lanes = lanes, .n_lanes = 2};

    (void)state;
    add_of(&q, 1, 0, 101);
    add_of(&q, 2, 0, 102);
    add_of(&q, 3, 1, 103);
    end(&q, take(&q, 0, 1)); /* 2 is ready, behind 3 */
    assert_int_equal(102, ilf__queue_oldest(&q));
    end(&q, take(&q, 0, 3));
    end(&q, take(&q, 0, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retries_go_before_new_ones_in_the_order_in_which_they_are_due),
        cmocka_unit_test(or_new_ones_go_before_retries),
        cmocka_unit_test(one_of_a_lane_is_in_play),
        cmocka_unit_test(halves_take_the_place_of_the_whole),
        cmocka_unit_test(what_is_set_aside_takes_room_but_no_turn),
        cmocka_unit_test(hurry_makes_all_ready),
        cmocka_unit_test(drops_the_oldest_and_leaves_lanes_in_order),
        cmocka_unit_test(an_ordered_queue_goes_back_to_what_failed_first),
        cmocka_unit_test(an_ordered_queue_puts_parts_where_the_whole_was),
        cmocka_unit_test(an_ordered_queue_delivers_in_order_whatever_fails),
        cmocka_unit_test(what_waits_and_what_is_ready_passes_to_another_queue),
        cmocka_unit_test(lanes_wait_for_what_another_queue_has_given_out),
        cmocka_unit_test(hurry_reaches_what_has_come_from_another_queue),
        cmocka_unit_test(order_is_kept_from_queue_to_queue_whatever_fails),
        cmocka_unit_test(the_oldest_may_be_the_last_that_is_due),
        cmocka_unit_test(hurry_leaves_the_oldest_in_front),
        cmocka_unit_test(the_oldest_may_have_stood_in_line_for_its_lane),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
