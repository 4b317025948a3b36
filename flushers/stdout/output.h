/* Where flusher_c_stdout's records go: the console, a rolling file, or the agent's log.
 *
 * Records are collected and written together. When a write fails, the file is cut back to its last
 * whole record and what is left waits for the same batch to come again, so that a full disk neither
 * tears a line nor doubles one. */
#ifndef ILF_STDOUT_OUTPUT_H
#define ILF_STDOUT_OUTPUT_H

#include "../common/text.h"

enum output_kind { OUTPUT_AGENT_LOG, OUTPUT_CONSOLE, OUTPUT_FILE };

struct output {
    /* Set before output_open. */
    enum output_kind kind;
    const ilf_host *host;
    const char *path;
    uint64_t max_size; /* bytes from which on the file is rolled */
    uint64_t max_rolls;
    bool timestamps; /* each record begins with the local time, except in the agent's log */
    bool append;
    bool sync; /* after each batch */

    int fd;
    bool socket;           /* that it is written without waiting is said with each write */
    bool waits;            /* it is others' too, and writing to it may wait */
    bool regular;          /* a file that can be rolled, cut and synced, not a device or a pipe */
    uint64_t size;         /* of the file, as far as we have written it */
    uint64_t roll_at;      /* the size from which on it is rolled */
    struct ilf__text text; /* from @start on: whole records, not yet written */
    size_t start;
    size_t *ends; /* where each record in @text ends, counted from @start */
    size_t n_ends, cap_ends;
    size_t begun;  /* records of this batch begun in this attempt */
    size_t taken;  /* records of this batch in @text or written, in any attempt */
    int unsynced;  /* errno of a sync of this batch that has failed */
    bool torn;     /* the sink's last bytes are the first part of a record */
    bool new_line; /* the next write begins with one, to end a record that stays torn */
    char now[32];  /* "2006-01-02 15:04:05 " of this attempt */
    size_t now_len;
    ilf_status status; /* of this attempt; once bad, records are passed over */
    ilf_error *err;
};

ilf_status output_open(struct output *output, ilf_error *err);
ilf_status output_close(struct output *output, ilf_error *err);

/* A batch: begin, then any number of records, then end, which tells what became of them all.
 * @attempt is that of ilf_batch. */
void output_begin_batch(struct output *output, uint32_t attempt, ilf_error *err);
ilf_status output_end_batch(struct output *output);

/* A record: if begin is true, put its text into output->text, then end it. */
bool output_begin_record(struct output *output);
void output_end_record(struct output *output);

/* What it is called in the log. */
const char *output_name(const struct output *output);

/* writing.c: set fd, socket and waits for standard output. */
#define CONSOLE_PATH "/proc/self/fd/1"
void writing_open_console(struct output *output);

/* writing.c: write @len bytes, for as long as the host has time_left. Returns how many were, with
 * errno set when not all; EAGAIN: nobody reads. */
size_t writing_all(const struct output *output, const char *ptr, size_t len);

/* rolls.c: move the file of @path out of the way, to "path.n" with the next n, and delete all but
 * the newest @max_rolls of these. Fails with errno. */
bool rolls_push(const char *path, uint64_t max_rolls);

#endif
