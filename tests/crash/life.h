/* What the lives of a delivery have in common, that end in the crash tests or are hard: a child that
 * delivers, mostly with flusher_c_http to a sink in the parent, and the accounts of every record. */
#ifndef ILF_TESTS_CRASH_LIFE_H
#define ILF_TESTS_CRASH_LIFE_H

#include <sys/mman.h>
#include <sys/wait.h>

#include "delivery.h"
#include "letter_read.h"
#include "sink.h"

extern const ilf_flusher_ops ilf_flusher_http;

enum { NUMBERS = 256 };

/* What outlives a child. */
struct shared {
    char acked[NUMBERS];       /* flush has returned ILF_OK */
    unsigned arrived[NUMBERS]; /* acknowledged by the sink */
    uint64_t next;             /* numbers that were given to flush */
    uint64_t unexplained;      /* were sent though they had arrived, without a word of it */
    bool finished;
    uint64_t numbers[4]; /* for the test's own use */
};

static struct shared *shared;
static struct sink sink;

/* --- In the child --------------------------------------------------------------------------------- */

/* The number in record @i, or NUMBERS if there is none. */
static inline uint64_t life_id(const ilf_payload *payload, size_t i)
{
    ilf_str record = ilf_payload_record(payload, i);
    char text[512];
    uint64_t id;

    (void)snprintf(text, sizeof(text), "%.*s", (int)record.len, record.ptr);
    return sink_ids(text, &id) == 1 && id < NUMBERS ? id : NUMBERS;
}

/* Is of what has arrived said that it may have? */
static inline void life_look(const ilf_payload *payload)
{
    for (size_t i = 0; i < payload->n_records; i++) {
        uint64_t id = life_id(payload, i);

        if (id < NUMBERS && shared->arrived[id] > 0 && !(payload->flags & ILF_PAYLOAD_MAY_REPEAT))
            shared->unexplained++;
    }
}

/* The send of flusher_c_http. */
static inline void life_send(void *self, const ilf_payload *payload)
{
    life_look(payload);
    ilf_flusher_http.send(self, payload);
}

static inline void life_log(void *context, ilf_level level, ilf_str text)
{
    (void)context;
    (void)level;
    if (getenv("ILF_CRASH_LOG"))
        (void)fprintf(stderr, "%d %.*s\n", (int)getpid(), (int)text.len, text.ptr);
}

/* Flush up to ten records. */
static inline void life_flush(ilf_flusher *f, uint64_t *random)
{
    char texts[10][24];
    ilf_kv kvs[10];
    ilf_log logs[10];
    ilf_group group = {.logs = logs, .n_logs = test_random(random) % 10 + 1};
    const ilf_batch batch = {.struct_size = sizeof(batch), .groups = &group, .n_groups = 1};
    uint64_t first = shared->next;
    ilf_error err;

    if (first + group.n_logs > NUMBERS)
        return;
    for (size_t i = 0; i < group.n_logs; i++) {
        int n = snprintf(texts[i], sizeof(texts[i]), "%d", (int)(first + i));

        kvs[i] = (ilf_kv){S("id"), {texts[i], (size_t)n}};
        logs[i] = (ilf_log){.time = 1, .contents = &kvs[i], .n_contents = 1};
    }
    shared->next = first + group.n_logs;
    if (ilf_flusher_flush(f, &batch, &err) != ILF_OK)
        _exit(3);
    memset(shared->acked + first, 1, group.n_logs);
}

/* Has all that was flushed ended? */
static inline bool life_is_over(ilf_flusher *f)
{
    struct ilf__delivery_gauges gauges;

    ilf__delivery_gauges(f->delivery, &gauges);
    return gauges.queued.events == 0 && gauges.spool.payloads == 0;
}

/* --- In the parent -------------------------------------------------------------------------------- */

struct life_script {
    uint64_t random;
    bool healed;
};

static inline enum sink_answer life_decide(void *context, const uint64_t *ids, size_t n)
{
    struct life_script *script = context;
    uint64_t draw = test_random(&script->random) % 100;

    for (size_t i = 0; i < n; i++)
        if (ids[i] % 23 == 0)
            return SINK_REFUSES;
    if (n > 4)
        return SINK_TOO_LARGE;
    if (script->healed || draw < 55)
        return SINK_TAKES;
    return draw < 65 ? SINK_TAKES_SILENTLY : draw < 90 ? SINK_BUSY : SINK_HANGS_UP;
}

static inline void life_take(uint64_t id)
{
    if (id < NUMBERS)
        shared->arrived[id]++;
}

/* Mark the number of the letter in @line, if it is whole. */
static inline void life_read_letter(const char *line, size_t len, char dead[NUMBERS])
{
    struct ilf__read_letter letter;
    uint64_t id;
    char body[512];
    ilf_error err;

    if (ilf__letter_read(&letter, (ilf_str){line, len}, &err) != ILF_OK)
        return;
    (void)snprintf(body, sizeof(body), "%.*s", (int)letter.letter.body.len, letter.letter.body.ptr);
    if (sink_ids(body, &id) == 1 && id < NUMBERS)
        dead[id] = 1;
    ilf__letter_dispose(&letter);
}

/* Mark the numbers that are dead letters, in the file and in those before it. */
static inline void life_read_letters(char dead[NUMBERS])
{
    DIR *dir = opendir(test_folder());
    const struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        char *text, *line, *end;
        size_t len;

        if (strncmp(entry->d_name, "letters", 7) != 0)
            continue;
        text = test_read_file(test_path(entry->d_name), &len);
        for (line = text; line && (end = strchr(line, '\n')); line = end + 1)
            life_read_letter(line, (size_t)(end - line), dead);
        free(text);
    }
    closedir(dir);
}

/* Fail unless all that was acknowledged by a flush has arrived or is a dead letter. */
static inline void life_check(uint64_t seed)
{
    char dead[NUMBERS] = {0};

    life_read_letters(dead);
    if (shared->unexplained > 0)
        fail_msg("seed %d: %d records were sent again without a flag that says so", (int)seed,
                 (int)shared->unexplained);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        if (shared->acked[i] && shared->arrived[i] == 0 && !dead[i])
            fail_msg("seed %d: number %d is lost", (int)seed, (int)i);
        if ((shared->arrived[i] > 0 || dead[i]) && i >= shared->next)
            fail_msg("seed %d: number %d is invented", (int)seed, (int)i);
    }
}

/* Let @run have a process of its own, with the sink at its service; its status, as of waitpid. One
 * that hangs is ended by an alarm. */
static inline int life_run(void (*run)(void *context), void *context)
{
    enum { DEADLINE = 30 };
    int status, ends[2];
    pid_t pid;

    shared->finished = false;
    assert_int_equal(0, pipe(ends));
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        sink_forget(&sink);
        alarm(DEADLINE);
        run(context);
        _exit(0);
    }
    close(ends[1]);
    sink_serve(&sink, ends[0]);
    close(ends[0]);
    assert_int_equal(pid, waitpid(pid, &status, 0));
    return status;
}

/* Forget the files and records of the run before. */
static inline void life_anew(void)
{
    memset(shared, 0, sizeof(*shared));
    test_remove(test_folder());
    assert_int_equal(0, mkdir(test_folder(), 0700));
}

static inline void life_open(void)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        exit(1);
    sink_open(&sink);
    sink.decide = life_decide;
    sink.take = life_take;
}

#endif
