/* Rules about loading: what the runtime refuses, in the order in which it looks. */
#include "check.h"

#include "instance.h"
#include "options.h"

extern const struct rule rules_load[];

static void is_survived(const struct rule *rule)
{
    (void)rule; /* we are here */
}

/* Which rule has the refusal's words? The first of them is about all that no other knows. */
static const struct rule *refused_by(void)
{
    const struct rule *first = rules_load + 1, *rule = first + 1;

    if (strncmp(the.refusal.text, "no flusher '", 12) == 0)
        return first; /* what follows is about others */
    while (rule->word && !strstr(the.refusal.text, rule->word))
        rule++;
    return rule->word ? rule : first;
}

static void is_accepted(const struct rule *rule)
{
    const struct rule *by = the.loaded ? NULL : refused_by();

    if (by == rule)
        fail("seen    %s", the.refusal.text);
    if (by && rule > by)
        skip("it is rejected already: see %s", by->id);
}

static void fits_its_table(const struct rule *rule)
{
    const ilf_flusher_ops *ops = loaded();
    ilf_flusher *f;
    ilf_error err = {"out of memory"};
    char *json = json_dumps(the.config, 0);

    (void)rule;
    if (unsound_options(ops))
        skip("the table of options is broken: see %s", unsound_options(ops));
    f = ilf__flusher_new(ops, NULL, &err);
    step("configure with %.200s", json);
    if (!f || ilf_flusher_configure(f, json, strlen(json), &err) != ILF_OK)
        fail("seen    %s", err.text);
}

const struct rule rules_load[] = {
    {"load.survived", "Neither loading nor ilf_plugin() crashes, hangs or ends the process.",
     "no constructors; ilf_plugin returns an address and does no more", .run = is_survived},
    {"load.file", "The library is a file that can be read, or the type is known.",
     "give the path of a .so, or a type that ilfrun -list shows", .run = is_accepted, .word = ""},
    {"load.owner", "Nobody but root can write the library when the agent runs as root.",
     "chown root and chmod go-w, or do not run as root", .run = is_accepted,
     .word = "others than root"},
    {"load.elf", "The file is a shared library.", "link it with -shared", .run = is_accepted,
     .word = "no ELF file"},
    {"load.symbols", "The library can be loaded with all its symbols bound at once.",
     "link every library that it needs; of libilf it needs none", .run = is_accepted,
     .word = "can't be loaded"},
    {"load.entry", "It exports the function ilf_plugin.",
     "end the file with ILF_PLUGIN(ops); in C++ or Rust, export the name unmangled",
     .run = is_accepted, .word = "exports no function"},
    {"load.not-null", "ilf_plugin() returns a descriptor.", "return the address of a constant",
     .run = is_accepted, .word = "returns NULL"},
    {"load.abi", "It is built for the major of this library and at most its minor.",
     "set abi to ILF_ABI and build with the headers of this library", .run = is_accepted,
     .word = "built for ABI"},
    {"load.struct-size", "The descriptor is as long as the ABI says.",
     "set struct_size to sizeof(ilf_flusher_ops)", .run = is_accepted, .word = "struct_size"},
    {"load.name", "The name begins with flusher_ and holds no / and no #.",
     "call it flusher_ and a word", .run = is_accepted, .word = "must begin with flusher_"},
    {"load.description", "It has a description.", "say in one sentence what it does",
     .run = is_accepted, .word = "no description"},
    {"load.hook", "It takes logs, or events, or both.",
     "set flush or export_events, or else send with encode or encode_events", .run = is_accepted,
     .word = "neither flush nor"},
    {"load.one-kind", "It is direct or delivered, and not both.",
     "set flush and export_events, or encode, encode_events, send, poll, wake and cancel",
     .run = is_accepted, .word = "of a direct and of a delivered"},
    {"load.send", "A delivered flusher has send, and encode or encode_events.",
     "encode makes the records that send sends", .run = is_accepted, .word = "needs send"},
    {"load.not-ready", "A delivered flusher has no is_ready.", "leave it out: the queue is asked",
     .run = is_accepted, .word = "is never asked"},
    {"load.wake", "Who has poll has wake, and the other way round.",
     "wake ends a poll that waits; without poll, sends complete from other threads",
     .run = is_accepted, .word = "need each other"},
    {"load.name-free", "No built-in flusher has the name.", "choose another name",
     .run = is_accepted, .word = "name is taken"},
    {"load.config", "The configuration given fits the table of options.",
     "give a config.json with the object that stands under detail", .run = fits_its_table},
    {0},
};
