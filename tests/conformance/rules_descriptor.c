/* Rules about the descriptor and the library that it lies in. */
#include <ctype.h>
#include <dlfcn.h>
#include <inttypes.h>

#include "check.h"

static void has_plain_name(const struct rule *rule)
{
    const char *name = loaded()->name;

    (void)rule;
    if (!name[8] || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name))
        fail("seen    \"%.200s\"", name);
}

static void describes_in_a_line(const struct rule *rule)
{
    const char *text = loaded()->description;

    (void)rule;
    if (!*text || has_control(text, strlen(text)) || !is_utf8(text, strlen(text)))
        fail("seen    \"%.300s\"", text);
}

static void describes_without_full_stop(const struct rule *rule)
{
    const char *text = loaded()->description;

    (void)rule;
    if (*text && text[strlen(text) - 1] == '.')
        fail("seen    \"%.300s\"", text);
}

static void describes_without_subject(const struct rule *rule)
{
    const char *text = loaded()->description;

    (void)rule;
    if (isupper((unsigned char)text[0]) && !isupper((unsigned char)text[1]))
        fail("seen    \"%.300s\"", text);
}

static void is_as_long_as_its_minor(const struct rule *rule)
{
    (void)rule;
    if (loaded()->abi == ILF_ABI && loaded()->struct_size != sizeof(ilf_flusher_ops))
        fail("seen    struct_size %u, and this minor has %zu", loaded()->struct_size,
             sizeof(ilf_flusher_ops));
}

static void has_room_for_options(const struct rule *rule)
{
    const ilf_flusher_ops *ops = loaded();

    (void)rule;
    if (!ops->options || !ops->options->name)
        skip("it has no options");
    if (ops->instance_size == 0)
        fail("seen    options, and instance_size 0");
}

static void has_hooks_of_code(const struct rule *rule)
{
    const ilf_flusher_ops *ops = loaded();
    const struct {
        const char *name;
        uintptr_t hook;
    } hooks[] = {
        {"init", (uintptr_t)ops->init},
        {"is_ready", (uintptr_t)ops->is_ready},
        {"flush", (uintptr_t)ops->flush},
        {"export_events", (uintptr_t)ops->export_events},
        {"set_urgent", (uintptr_t)ops->set_urgent},
        {"stop", (uintptr_t)ops->stop},
        {"encode", (uintptr_t)ops->encode},
        {"encode_events", (uintptr_t)ops->encode_events},
        {"send", (uintptr_t)ops->send},
        {"poll", (uintptr_t)ops->poll},
        {"wake", (uintptr_t)ops->wake},
        {"cancel", (uintptr_t)ops->cancel},
    };

    (void)rule;
    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        FILE *maps = hooks[i].hook ? fopen("/proc/self/maps", "r") : NULL;
        uintptr_t from, to;
        bool found = !maps;
        char line[512], access[8];

        while (maps && fgets(line, sizeof(line), maps))
            if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, access) == 3 &&
                hooks[i].hook >= from && hooks[i].hook < to)
                found = access[2] == 'x';
        if (maps)
            (void)fclose(maps);
        if (!found)
            fail("seen    %s is 0x%zx, where no code is", hooks[i].name, hooks[i].hook);
    }
}

static const ilf_flusher_ops *ask_again(void)
{
    const ilf_flusher_ops *(*plugin)(void);

    if (!the.library)
        skip("no file was given: it has no ilf_plugin() that could be called again");
    *(void **)&plugin = dlsym(the.library, ILF_PLUGIN_SYMBOL);
    return plugin();
}

static void stays_where_it_is(const struct rule *rule)
{
    const ilf_flusher_ops *first = loaded();

    (void)rule;
    for (int i = 0; i < 3; i++) {
        const ilf_flusher_ops *again = ask_again();

        if (again != first)
            fail("called  ilf_plugin() %d times\nseen    first %p, then %p", i + 2, (void *)first,
                 (void *)again);
        live();
    }
}

static void add(uint64_t *sum, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *sum = (*sum ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static void add_text(uint64_t *sum, const char *text)
{
    if (text)
        add(sum, text, strlen(text) + 1);
}

static uint64_t sum_descriptor(void)
{
    uint64_t sum = 1;

    add(&sum, the.ops, sizeof(*the.ops));
    add_text(&sum, the.ops->name);
    add_text(&sum, the.ops->description);
    return sum;
}

static void add_options(uint64_t *sum, const ilf_option *option)
{
    for (; option && option->name; option++) {
        add(sum, option, sizeof(*option));
        add_text(sum, option->name);
        add_text(sum, option->default_value);
        add_text(sum, option->help);
        for (size_t i = 0; option->choices && option->choices[i]; i++)
            add_text(sum, option->choices[i]);
        add_options(sum, option->table);
    }
}

static uint64_t sum_options(void)
{
    uint64_t sum = 1;

    add_options(&sum, the.ops->options);
    return sum;
}

static void does_not_change(uint64_t (*sum)(void))
{
    uint64_t before = sum();

    if (the.library)
        (void)ask_again();
    if (sum() != before)
        fail("seen    a second call of ilf_plugin() changes it");
    live_in_every_way();
    if (sum() != before)
        fail("seen    it differs after init, flush and stop");
}

static void is_constant(const struct rule *rule)
{
    (void)rule;
    (void)loaded();
    does_not_change(sum_descriptor);
}

static void has_constant_options(const struct rule *rule)
{
    (void)rule;
    (void)need_options();
    does_not_change(sum_options);
}

static void is_quiet(const struct rule *rule)
{
    (void)rule;
    (void)loaded();
    (void)fflush(NULL);
    if (*output_of(1) || *output_of(2))
        fail("called  dlopen, ilf_plugin()\nseen    it has printed: %.200s%.200s", output_of(1),
             output_of(2));
}

static const char *own_file(void)
{
    (void)loaded();
    if (the.built_in)
        skip("built in: it has no library of its own");
    return the.path;
}

static void refuse_need(const char *name, bool defined, void *to)
{
    (void)to;
    if (!defined && strncmp(name, "ilf_", 4) == 0)
        fail("seen    it needs the symbol %s", name);
}

static void needs_no_symbol_of_ours(const struct rule *rule)
{
    (void)rule;
    elf_symbols(own_file(), refuse_need, NULL);
}

static void refuse_export(const char *name, bool defined, void *to)
{
    (void)to;
    if (defined && strncmp(name, "ilf_", 4) == 0 && strcmp(name, ILF_PLUGIN_SYMBOL) != 0)
        fail("seen    it exports %s", name);
}

static void exports_no_symbol_of_ours(const struct rule *rule)
{
    (void)rule;
    elf_symbols(own_file(), refuse_export, NULL);
}

extern const struct rule rules_descriptor[];
const struct rule rules_descriptor[] = {
    {"descriptor.name", "The name is of a to z, 0 to 9 and _, with something behind flusher_.",
     "people write it into configurations, metrics and shells: keep it plain",
     .run = has_plain_name},
    {"descriptor.description", "The description is one line of UTF-8 text.", "write one sentence",
     .run = describes_in_a_line},
    {"descriptor.full-stop", "The description ends without a full stop.",
     "it is shown inside of other sentences: remove the full stop",
     .run = describes_without_full_stop},
    {"descriptor.subject", "The description begins with a verb in lower case.",
     "write it like \"writes logs to ...\"", .run = describes_without_subject},
    {"descriptor.struct-size", "struct_size is that of the minor that abi names.",
     "set struct_size to sizeof(ilf_flusher_ops) and abi to ILF_ABI, of one header",
     .run = is_as_long_as_its_minor},
    {"descriptor.instance-size", "With options, the instance has room for them.",
     "set instance_size to sizeof your struct", .run = has_room_for_options},
    {"descriptor.hooks", "Every hook is NULL or a function.", "name functions only",
     .run = has_hooks_of_code},
    {"descriptor.address", "ilf_plugin() returns the same address each time.",
     "return the address of a static constant", .run = stays_where_it_is},
    {"descriptor.constant", "The descriptor and its texts never change.",
     "make them const; the library keeps the pointer for ever", .run = is_constant},
    {"descriptor.options", "The table of options never changes.",
     "make it const; instances are configured from it at any time", .run = has_constant_options},
    {"descriptor.quiet", "Loading prints nothing.",
     "no constructors; ilf_plugin returns an address and does no more", .run = is_quiet},
    {"descriptor.needs", "It needs no symbol of the library.",
     "do not link libilf: all that a flusher may call comes with ilf_host",
     .run = needs_no_symbol_of_ours},
    {"descriptor.exports", "Of names that begin with ilf_ it exports ilf_plugin alone.",
     "names that begin with ilf_ are the library's; compile with -fvisibility=hidden",
     .run = exports_no_symbol_of_ours},
    {0},
};
