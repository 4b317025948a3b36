/* flusher_c_stdout - print what comes, as lines of JSON: to the console, a rolling file, or the
 * agent's log. */
#include "lines.h"

struct stdout_flusher {
    const char *file_name;
    uint64_t max_size;
    int64_t max_rolls;
    bool only_stdout;
    bool timestamp;
    bool append;
    int sync;
    struct line_options lines;
    struct output output;
};

enum { SYNC_NEVER, SYNC_BATCH };
static const char *const sync_choices[] = {"never", "batch", NULL};

enum { DEFAULT_MAX_SIZE = 1 << 20, DEFAULT_MAX_ROLLS = 1 };

static const ilf_option options[] = {
    ILF_OPTION(STR, struct stdout_flusher, file_name, "FileName", "",
               "write to this file; empty: to the agent's log"),
    ILF_OPTION(BOOL, struct stdout_flusher, only_stdout, "OnlyStdout", "false",
               "write to standard output, whatever FileName says"),
    ILF_OPTION(BOOL, struct stdout_flusher, lines.key_value_pairs, "KeyValuePairs", "true",
               "v1: a flat object per log; false: the Log struct with its keys and values"),
    ILF_OPTION(BOOL, struct stdout_flusher, lines.tags, "Tags", "false",
               "a line with topic and tags in front of each group"),
    ILF_OPTION(BOOL, struct stdout_flusher, timestamp, "Timestamp", "true",
               "begin each line with the local time; false: pure JSON lines"),
    ILF_OPTION(SIZE, struct stdout_flusher, max_size, "MaxSize", "1MiB",
               "roll the file once it is this large; 0 and less: 1MiB", .min = -0x1p62,
               .max = 0x1p62),
    ILF_OPTION(INT, struct stdout_flusher, max_rolls, "MaxRolls", "1",
               "rolled files to keep, as FileName.1, FileName.2, ...; 0 and less: 1"),
    ILF_OPTION(BOOL, struct stdout_flusher, append, "Append", "true",
               "keep what the file holds at the start; false: empty it"),
    ILF_OPTION(ENUM, struct stdout_flusher, sync, "Sync", "never",
               "when the file must be on disk; batch: before a batch counts as delivered",
               .choices = sync_choices),
    {0},
};

static ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    struct stdout_flusher *f = self;

    f->output = (struct output){
        .kind = f->only_stdout  ? OUTPUT_CONSOLE
                : *f->file_name ? OUTPUT_FILE
                                : OUTPUT_AGENT_LOG,
        .host = host,
        .path = f->file_name,
        .max_size = f->max_size > 0 ? f->max_size : DEFAULT_MAX_SIZE,
        .max_rolls = f->max_rolls > 0 ? (uint64_t)f->max_rolls : DEFAULT_MAX_ROLLS,
        .timestamps = f->timestamp,
        .append = f->append,
        .sync = f->sync == SYNC_BATCH,
    };
    return output_open(&f->output, err);
}

static ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    struct stdout_flusher *f = self;

    output_begin_batch(&f->output, batch->attempt, err);
    for (size_t i = 0; i < batch->n_groups; i++)
        lines_put_group(&f->output, &f->lines, &batch->groups[i]);
    return output_end_batch(&f->output);
}

static ilf_status export_events(void *self, const ilf_event_batch *batch, ilf_error *err)
{
    struct stdout_flusher *f = self;

    output_begin_batch(&f->output, batch->attempt, err);
    for (size_t i = 0; i < batch->n_groups; i++)
        lines_put_event_group(&f->output, &f->lines, &batch->groups[i]);
    return output_end_batch(&f->output);
}

static ilf_status stop(void *self, ilf_error *err)
{
    struct stdout_flusher *f = self;

    return output_close(&f->output, err);
}

const ilf_flusher_ops ilf_flusher_stdout = {
    .abi = ILF_ABI,
    .struct_size = sizeof(ilf_flusher_ops),
    .name = "flusher_c_stdout",
    .description = "writes logs and events as JSON lines to standard output, a rolling file or the "
                   "agent's log",
    .instance_size = sizeof(struct stdout_flusher),
    .options = options,
    .init = init,
    .flush = flush,
    .export_events = export_events,
    .stop = stop,
};
