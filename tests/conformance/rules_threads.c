/* Rules about threads, and about instances beside each other. */
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

struct job {
    void (*run)(struct job *job);
    struct instance *i;
    struct sample *sample;
    ilf_status status;
    atomic_bool *go_on;
    int times;
};

static void *run_job(void *job)
{
    ((struct job *)job)->run(job);
    return NULL;
}

static pthread_t begin(struct job *job)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, run_job, job) != 0)
        skip("no thread can be started");
    return thread;
}

/* Run @run on a thread that ends with it. */
static ilf_status elsewhere(void (*run)(struct job *job), struct instance *i, struct sample *sample)
{
    struct job job = {.run = run, .i = i, .sample = sample};

    pthread_join(begin(&job), NULL);
    return job.status;
}

static void job_init(struct job *job)
{
    job->status = call_init(job->i);
}

static void job_ready(struct job *job)
{
    (void)call_ready(job->i);
}

static void job_give(struct job *job)
{
    job->status = give(job->i, job->sample);
}

static void job_urgent(struct job *job)
{
    call_urgent(job->i, false);
}

static void job_stop(struct job *job)
{
    job->status = call_stop(job->i);
}

static void moves_between_threads(const struct rule *rule)
{
    struct instance *i = make(NULL, false);
    struct sample *sample = sample_new("the batch");
    struct instance *control = start();
    ilf_status usual = give(control, sample), first, second;

    (void)rule;
    (void)call_stop(control);
    if (elsewhere(job_init, i, NULL) != ILF_OK)
        skip("init fails: see init.succeeds");
    (void)elsewhere(job_ready, i, NULL);
    first = elsewhere(job_give, i, sample);
    second = elsewhere(job_give, i, sample);
    if (usual == ILF_OK && (first != ILF_OK || second != ILF_OK))
        fail("called  init on a thread, flush on others\nseen    flush fails, as it does not where "
             "init "
             "was: \"%.300s\"",
             i->err->text);
    (void)elsewhere(job_urgent, i, NULL);
    (void)elsewhere(job_stop, i, NULL);
}

static void urgent_until_told(struct job *job)
{
    while (atomic_load(job->go_on)) {
        if (the.ops->set_urgent)
            the.ops->set_urgent(job->i->self, false);
        (void)usleep(200);
    }
}

static void need_urgent(void)
{
    if (!loaded()->set_urgent)
        skip("it has no set_urgent hook");
}

static void bears_urgent_beside(void (*call)(struct instance *i, struct sample *sample))
{
    struct instance *i = start();
    struct sample *sample = sample_new("the batch");
    atomic_bool go_on = true;
    struct job job = {.run = urgent_until_told, .i = i, .go_on = &go_on};
    pthread_t thread;

    call(i, sample); /* the first call alone, which may set up what set_urgent looks at */
    thread = begin(&job);
    for (int n = 0; n < 100; n++)
        call(i, sample);
    atomic_store(&go_on, false);
    step("set_urgent, the last of those beside the others");
    pthread_join(thread, NULL);
    (void)call_stop(i);
}

static void flush_once(struct instance *i, struct sample *sample)
{
    (void)give(i, sample);
    (void)usleep(100);
}

static void ask_once(struct instance *i, struct sample *sample)
{
    (void)sample;
    (void)call_ready(i);
    (void)usleep(100);
}

static void bears_urgent_beside_flush(const struct rule *rule)
{
    (void)rule;
    need_urgent();
    bears_urgent_beside(flush_once);
}

static void bears_urgent_beside_ready(const struct rule *rule)
{
    (void)rule;
    need_urgent();
    if (!the.ops->is_ready)
        skip("it has no is_ready hook");
    bears_urgent_beside(ask_once);
}

/* --- Instances --------------------------------------------------------------------------------- */

static void give_often(struct job *job)
{
    for (int n = 0; n < job->times; n++) {
        job->status = give(job->i, job->sample);
        (void)usleep(100);
    }
}

static void flushes_in_parallel(const struct rule *rule)
{
    struct job jobs[2];
    pthread_t threads[2];

    (void)rule;
    for (int n = 0; n < 2; n++)
        jobs[n] = (struct job){
            .run = give_often, .i = start(), .sample = sample_new("the batch"), .times = 100};
    for (int n = 0; n < 2; n++)
        threads[n] = begin(&jobs[n]);
    for (int n = 0; n < 2; n++)
        pthread_join(threads[n], NULL);
    for (int n = 0; n < 2; n++)
        (void)call_stop(jobs[n].i);
}

/* init of the new one of a reload, beside an old one. */
static struct instance *start_beside(void)
{
    struct instance *new = make(NULL, false);

    if (call_init(new) != ILF_OK)
        fail(
            "called  init of a second instance while the first works\nseen    it fails: \"%.300s\"",
            new->err->text);
    return new;
}

static void starts_beside(const struct rule *rule)
{
    struct instance *old = start(), *new;

    (void)rule;
    use(old);
    new = start_beside();
    (void)call_stop(old);
    (void)call_stop(new);
}

static void survives_the_old(const struct rule *rule)
{
    struct instance *old = start(), *new = make(NULL, false);
    struct sample *sample = sample_new("the batch");
    ilf_status before, after;

    (void)rule;
    if (call_init(new) != ILF_OK)
        skip("init fails beside another instance: see reload.start");
    (void)give(old, sample);
    before = give(new, sample);
    call_urgent(old, false);
    (void)call_stop(old);
    discard(old);
    after = give(new, sample);
    if (before == ILF_OK && after != ILF_OK)
        fail("called  flush of the new instance, after the old one's stop\nseen    it fails, as it "
             "did "
             "not before: \"%.300s\"",
             new->err->text);
    (void)call_stop(new);
}

/* Each line that an instance logs must arrive at its own host. */
static void talks_to_its_own_host(const struct rule *rule)
{
    struct instance *old = start(), *new = make(NULL, false);
    size_t before;

    (void)rule;
    if (call_init(new) != ILF_OK)
        skip("init fails beside another instance: see reload.start");
    before = strlen(new->log);
    use(old);
    call_urgent(old, false);
    (void)call_stop(old);
    if (strlen(new->log) > before)
        fail("called  hooks of the old instance\nseen    the new one's host was given: %.300s",
             new->log + before);
    (void)call_stop(new);
    if (heard.lines == 0)
        skip("it logs nothing");
}

/* --- Statics ------------------------------------------------------------------------------------- */

enum { MAX_PARTS = 8 };

struct part {
    const unsigned char *from;
    unsigned char *copy;
    size_t size;
};

static struct part parts[MAX_PARTS];
static size_t n_parts;

/* Note the parts of the plugin's library that stay writable: what is not behind RELRO. */
static int find_parts(struct dl_phdr_info *info, size_t size, void *to)
{
    uintptr_t relro = 0, relro_end = 0;

    (void)size;
    (void)to;
    for (int h = 0; h < info->dlpi_phnum; h++) {
        if (info->dlpi_phdr[h].p_type == PT_GNU_RELRO) {
            relro = info->dlpi_addr + info->dlpi_phdr[h].p_vaddr;
            relro_end = relro + info->dlpi_phdr[h].p_memsz;
        }
    }
    for (int h = 0; h < info->dlpi_phnum && n_parts < MAX_PARTS; h++) {
        uintptr_t from = info->dlpi_addr + info->dlpi_phdr[h].p_vaddr;
        uintptr_t end = from + info->dlpi_phdr[h].p_memsz;

        if (info->dlpi_phdr[h].p_type != PT_LOAD || !(info->dlpi_phdr[h].p_flags & PF_W) ||
            from < the.low || end > the.high)
            continue;
        if (relro >= from && relro < end)
            from = relro_end;
        if (from < end)
            parts[n_parts++] = (struct part){(const unsigned char *)from, NULL, end - from};
    }
    return 0;
}

static void copy_parts(void)
{
    for (size_t p = 0; p < n_parts; p++) {
        if (!parts[p].copy)
            parts[p].copy = malloc(parts[p].size);
        if (!parts[p].copy)
            skip("out of memory");
        memcpy(parts[p].copy, parts[p].from, parts[p].size);
    }
}

static void compare_parts(const char *called)
{
    for (size_t p = 0; p < n_parts; p++) {
        for (size_t b = 0; b < parts[p].size; b++) {
            char name[256];

            if (parts[p].from[b] == parts[p].copy[b])
                continue;
            elf_name(parts[p].from + b, name, sizeof(name));
            fail("called  %s\nseen    %s has changed", called, name);
        }
    }
}

static void has_no_statics(const struct rule *rule)
{
    struct instance *i;

    (void)rule;
    (void)loaded();
    if (the.built_in)
        skip("built in: its statics lie among this program's; make test-conformance looks at its "
             "object files instead");
    if (has_go_runtime())
        skip("a Go runtime keeps its state in statics");
    if (elf_has(the.path, "rust_eh_personality") || elf_has(the.path, "__cxa_guard_acquire"))
        live(); /* in Rust and C++, constants are made at first use */
    (void)dl_iterate_phdr(find_parts, NULL);
    i = make(NULL, false);
    copy_parts();
    if (call_init(i) != ILF_OK)
        skip("init fails: see init.succeeds");
    compare_parts("init");
    use(i);
    compare_parts("flush");
    call_urgent(i, false);
    (void)call_stop(i);
    compare_parts("set_urgent, stop");
}

extern const struct rule rules_threads[];
const struct rule rules_threads[] = {
    {"threads.move", "Each call may come on another thread than the last.",
     "keep nothing in thread-locals, and no lock, between calls", .run = moves_between_threads},
    {"threads.urgent-flush", "set_urgent may run beside flush.",
     "use an atomic flag, or a mutex that is never held for long",
     .run = bears_urgent_beside_flush},
    {"threads.urgent-ready", "set_urgent may run beside is_ready.",
     "use an atomic flag, or a mutex that is never held for long",
     .run = bears_urgent_beside_ready},
    {"threads.instances", "Two instances may work at the same time.",
     "keep all state in the instance", .run = flushes_in_parallel},
    {"threads.statics", "No static variable changes.", "keep all state in the instance",
     .run = has_no_statics},
    {"reload.start", "The new instance of a reload starts while the old one works.",
     "take no lock, port or file that only one can have", .run = starts_beside},
    {"reload.old-stops", "The new instance works on when the old one stops.",
     "share nothing between instances", .run = survives_the_old},
    {"reload.host", "Each instance talks to the host that its init was given.",
     "keep the ilf_host in the instance", .run = talks_to_its_own_host},
    {0},
};
