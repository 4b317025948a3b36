/* ilfcheck: rules that a flusher must keep, each tried in a process of its own.
 *
 * A rule is a row of a table in a rules_....c: an id, a sentence, a cure, and the function that
 * tries it. The function runs in a child of its own that has loaded the plugin. Returning from it is
 * a pass; fail() and skip() end the child. A crash, a hang and an exit are failures too, and the
 * last step() tells where. */
#ifndef ILF_TESTS_CHECK_H
#define ILF_TESTS_CHECK_H

#include <stdint.h>

#include <jansson.h>

#include <ilf/flusher.h>

#include "arena.h"

struct sample;

struct rule {
    const char *id; /* group.word; stable, for people write it into their CI */
    const char *sentence;
    const char *cure;
    void (*run)(const struct rule *rule);
    /* Parameters of run, for functions that try more than one rule. */
    const char *word;
    int number;
    void (*shape)(struct sample *sample);
};

/* The groups of rules, in the order in which they are tried; each is ended by {0}. */
extern const struct rule *const all_rules[];

/* --- engine.c: one rule in one child --------------------------------------------------------- */

enum verdict { PENDING, PASS, FAIL, SKIP };

enum { VERBS = 16, VERB_SIZE = 24 };

/* Shared between the child and us. */
struct report {
    enum verdict verdict;
    char step[256];      /* what is under way */
    char evidence[4096]; /* lines */
    char cause[256];     /* of a failure that other rules may meet too; empty: none known */
    double since;        /* the step is under way */
    double more;         /* seconds that the child needs beyond what a rule may take */
    struct {
        char verb[VERB_SIZE];
        double seconds;
    } spent[VERBS];            /* in which calls the time went */
    unsigned sends, delivered; /* that have ended; those of them that the sink has taken */
    char refusal[256];         /* why the last of the others was not */
};

/* Say what comes now, for the evidence of a crash. */
void step(const char *format, ...) ILF_PRINTF(1, 2);

/* A send has ended so. */
void tell_send(ilf_verdict verdict, ilf_str reason);

/* Seconds of a clock that only goes forward. */
double seconds(void);

/* The plugin's longest time-out of its own: options of durations that are called so. Seconds. */
double own_timeout(void);

/* The rule may take so much longer, because the plugin may. */
void need_more(double seconds);

/* End the child: the rule is broken, and this was seen. */
_Noreturn void fail(const char *format, ...) ILF_PRINTF(1, 2);

/* End the child: the rule can't be tried, because of this. */
_Noreturn void skip(const char *format, ...) ILF_PRINTF(1, 2);

/* Try @rule in a child that is killed after @seconds. */
void run_rule(const struct rule *rule, double may_take, struct report *report);

/* What a call that must not block may take, in seconds: a tenth of the time of a rule. */
double patience(void);

/* Which call has taken most of the @seconds that a rule was given; NULL: none of the plugin's. */
const char *slowest_call(const struct report *report, double seconds);

/* The child's standard output (1) or error (2) so far, NUL-terminated. */
const char *output_of(int fd);

/* --- plugin.c: what is checked ---------------------------------------------------------------- */

struct plugin {
    const char *name; /* as on the command line */
    json_t *config;   /* the given detail; an object */
    bool built_in;
    const char *path; /* of the library, or of this program */
    void *library;    /* NULL when the registry has loaded it */
    const ilf_flusher_ops *ops;
    uintptr_t low, high; /* where its library lies */
    bool loaded;
    ilf_error refusal; /* why it is not loaded; else empty */
};
extern struct plugin the;

/* Load it, or fill the.refusal. */
void load_plugin(void);

/* The loaded descriptor, or a skip when it was refused. */
const ilf_flusher_ops *loaded(void);

/* Why the runtime would crash on the table of options, or NULL. */
const char *unsound_options(const ilf_flusher_ops *ops);

/* Its options, or a skip when there are none or the table is broken. */
const ilf_option *need_options(void);

/* Is it written in Go? Then its runtime lives by rules of its own. */
bool has_go_runtime(void);

bool is_readable(const void *address);

/* --- instance.c: an instance under test, whose hooks are called directly ------------------------ */

/* What can be wrong with what a plugin says, noted when it says it. */
enum problem {
    BAD_STATUS,
    BAD_FLUSH_STATUS,
    ERROR_EMPTY,
    ERROR_LINES,
    ERROR_ENDLESS,
    ERROR_UTF8,
    ERROR_LOGGED,
    LOG_LINES,
    LOG_LEVEL,
    LOG_UTF8,
    LOG_EMPTY,
    COUNTER_NAME,
    COUNTER_HELP,
    COUNTER_FOREIGN,
    HOST_AFTER_STOP,
    HOST_CONTEXT,
    SECRET_TOLD,
    ENCODER_CONTEXT,
    ENCODE_STATUS,
    ENCODE_GOES_ON,
    ENCODE_HIDES,
    RECORD_RESERVED,
    REJECT_WHY,
    COMPLETE_FOREIGN,
    COMPLETE_TWICE,
    RESULT_SIZE,
    RESULT_VERDICT,
    RESULT_FLAGS,
    RESULT_RETRY_AFTER,
    RESULT_RECORDS,
    RESULT_REASONS,
    RESULT_REASON,
    RESULT_SILENT,
    TUNE_DIRECT,
    TUNE_LATE,
    TUNE_TWICE,
    TUNE_SIZE,
    TUNE_RETRIES,
    TUNE_ENDPOINTS,
    N_PROBLEMS
};

struct heard {
    char problem[N_PROBLEMS][400]; /* the first of each kind; empty: none */
    unsigned failures, lines, counters;
    char log[1 << 20]; /* all lines */
    size_t log_len;
};
extern struct heard heard;

/* Text that must not be told; NULL: none. */
extern const char *canary;

/* Note @problem, unless there is one of the kind already. */
void note(enum problem problem, const char *format, ...) ILF_PRINTF(2, 3);

struct instance {
    void *self;
    ilf_host *host;
    ilf_error *err; /* where hooks say why */
    struct ilf__arena values;
    int id;
    bool guarded;   /* self, host and err lie in regions */
    bool over;      /* stop has returned */
    bool ordered;   /* the configuration asks for order */
    char log[4096]; /* the lines of this instance alone, cut */
    char first_counter[64];
};

/* An instance configured with @config (NULL: as given). Skips when the configuration is refused.
 * With @guard, the memory of instance and host ends at a page that must not be touched. */
struct instance *make(json_t *config, bool guard);

/* The same, started; skips when init fails, which is the business of init.succeeds. */
struct instance *start(void);

/* Hand back what make has taken, but for guarded memory. */
void discard(struct instance *i);

ilf_status call_init(struct instance *i);
bool call_ready(struct instance *i);
ilf_status call_flush(struct instance *i, const ilf_batch *batch);
ilf_status call_export(struct instance *i, const ilf_event_batch *batch);
void call_urgent(struct instance *i, bool exiting);
ilf_status call_stop(struct instance *i);

/* Flush and export @sample, or encode it and send what comes of it, as far as the plugin has the
 * hooks; the first failure, or OK. */
ilf_status give(struct instance *i, struct sample *sample);

/* --- lives.c: all of its calls, in order ---------------------------------------------------------- */

/* is_ready and an ordinary batch. */
void use(struct instance *i);

/* init, use, stop. */
void live(void);

/* live, with set_urgent, and for each configuration that makes init fail. */
void live_in_every_way(void);

/* Call @try with configurations that might make init fail: one option each has an odd value. */
void each_odd_config(void (*try)(json_t *config, const char *option));

/* Call @try with each option at its bounds, or very long. */
void each_extreme_config(void (*try)(json_t *config, const char *option));

/* --- sample.c: batches ------------------------------------------------------------------------ */

/* One record in both generations, to be changed before it is given. */
struct sample {
    struct region *region; /* all of it lies there */
    ilf_batch *batch;
    ilf_group *group;
    ilf_log *log;
    ilf_kv *pair;
    ilf_event_batch *events;
    ilf_event_group *event_group;
    ilf_event *event;
    ilf_log_event *log_event;
    ilf_field *field;
    ilf_metric *metric; /* not in the batch until a shape puts it there */
    ilf_span *span;
};

struct sample *sample_new(const char *what);

/* @len zeroed bytes of the sample's. */
void *sample_alloc(struct sample *sample, size_t len);

/* --- guard.c: memory that tells who touches it --------------------------------------------------
 */

struct region;

/* @size bytes between pages that must not be touched; @what is said when somebody does. */
struct region *region_new(const char *what, size_t size);
void *region_alloc(struct region *region, size_t size, size_t align);

/* The last @size bytes before the untouchable page. */
void *region_last(struct region *region, size_t size, size_t align);

/* Allow what @prot (of mprotect) says; @what is said about the rest. */
void region_protect(struct region *region, int prot, const char *what);

/* The region that @ptr lies in. */
struct region *region_of(const void *ptr);

/* What it means that @address was touched. */
void explain_fault(const void *address, char *out, size_t size);

/* A copy of @str right before an untouchable page. */
ilf_str guarded_str(ilf_str str);

/* --- alloc.c: malloc, counted ------------------------------------------------------------------- */

/* Are allocations counted? Not under sanitizers, which have an allocator of their own. */
bool alloc_is_counted(void);

/* A moment, to count from. */
uint64_t alloc_mark(void);

struct leak {
    size_t blocks, bytes, largest;
    const void *by; /* who has allocated the largest */
};

/* What was allocated since @mark and is not free. */
struct leak alloc_live(uint64_t mark);

/* Let the @n-th allocation from now fail, counted from 1; 0: none. */
void alloc_fail(uint64_t n);

/* Has it? */
bool alloc_has_failed(void);

/* What was freed by the plugin and was not allocated, or was free already; NULL: nothing. */
const void *alloc_bad_free(const void **by);

/* --- elf.c: the plugin's file ------------------------------------------------------------------ */

/* Call @each with every dynamic symbol. */
void elf_symbols(const char *path, void (*each)(const char *name, bool defined, void *to),
                 void *to);

/* Does the file hold a symbol or section of this name? */
bool elf_has(const char *path, const char *name);

/* Write "name+offset in file" of @address into @out. */
void elf_name(const void *address, char *out, size_t size);

/* --- text.c: what texts must be ------------------------------------------------------------------ */

bool is_utf8(const char *text, size_t len);
bool has_control(const char *text, size_t len);

#endif
