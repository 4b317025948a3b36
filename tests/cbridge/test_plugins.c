/* Tests of cbridge/plugins.c, with the plugins of tests/zoo: each is wrong in one way. */
#include "plugins.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "ilf_test.h"

/* A folder for plugins that others can't write into, and what was loaded from it. */
struct zoo {
    char folder[64];
    struct ilf__registry registry;
};

static int set_up(void **state)
{
    struct zoo *zoo = calloc(1, sizeof(*zoo));

    strcpy(zoo->folder, "/tmp/test_plugins.XXXXXX");
    if (!mkdtemp(zoo->folder)) {
        free(zoo);
        return -1;
    }
    *state = zoo;
    return 0;
}

static int tear_down(void **state)
{
    struct zoo *zoo = *state;
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", zoo->folder);
    ilf__registry_dispose(&zoo->registry);
    if (system(command) != 0)
        return -1;
    free(zoo);
    return 0;
}

static const char *path_of(const struct zoo *zoo, const char *file)
{
    static char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", zoo->folder, file);
    return path;
}

/* Put a copy of the zoo's @animal into the folder, as @file. */
static void admit(const struct zoo *zoo, const char *animal, const char *file)
{
    char command[512];

    (void)snprintf(command, sizeof(command), "install -m 644 '" ILF_ZOO "/%s.so' '%s'", animal,
                   path_of(zoo, file));
    assert_int_equal(0, system(command));
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(strlen(text), write(fd, text, strlen(text)));
    close(fd);
}

/* Load the folder, in which @animal is alone, and expect that it is refused because of @why. */
static void expect_refused(struct zoo *zoo, const char *file, const char *why)
{
    char want[1024];

    ilf__plugins_load(&zoo->registry, zoo->folder);
    (void)snprintf(want, sizeof(want), "%s: %s\n", path_of(zoo, file), why);
    assert_non_null(zoo->registry.refused);
    assert_string_equal(want, zoo->registry.refused);
    assert_int_equal(strlen(want), zoo->registry.refused_len);
    assert_int_equal(0, zoo->registry.n);
}

static void loads_a_plugin_that_is_right(void **state)
{
    struct zoo *zoo = *state;

    admit(zoo, "good", "good.so");
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_null(zoo->registry.refused);
    assert_int_equal(1, zoo->registry.n);
    assert_string_equal("flusher_zoo", zoo->registry.flushers[0]->name);
}

static void refuses_each_plugin_that_is_wrong_with_the_reason(void **state)
{
    static const char *const animals[][2] = {
        {"wrong_major",
         "flusher is built for ABI 9.0, this library has 1.0: build it with the headers "
         "of this library"},
        {"newer_minor",
         "flusher is built for ABI 1.1, this library has 1.0: build it with the headers "
         "of this library, or install a newer library"},
        {"no_hook",
         "flusher_zoo: neither flush nor export_events is there: set the one that takes its data"},
        {"no_name", "flusher '': the name must begin with flusher_ and hold no / or #"},
        {"name_without_flusher",
         "flusher 'zoo': the name must begin with flusher_ and hold no / or #"},
        {"name_with_slash",
         "flusher 'flusher_zoo/1': the name must begin with flusher_ and hold no / or #"},
        {"no_description", "flusher_zoo: no description: say in .description what it does"},
        {"no_symbol", "exports no function ilf_plugin: end it with ILF_PLUGIN(ops);"},
        {"null_descriptor", "ilf_plugin() returns NULL: return the address of an ilf_flusher_ops"},
    };
    struct zoo *zoo = *state;

    for (size_t i = 0; i < sizeof(animals) / sizeof(animals[0]); i++) {
        admit(zoo, animals[i][0], "animal.so");
        expect_refused(zoo, "animal.so", animals[i][1]);
        ilf__registry_dispose(&zoo->registry);
        unlink(path_of(zoo, "animal.so"));
    }
}

static void says_how_long_a_descriptor_must_be(void **state)
{
    struct zoo *zoo = *state;
    char want[128];

    admit(zoo, "short_struct", "animal.so");
    (void)snprintf(want, sizeof(want),
                   "flusher's descriptor has struct_size 8, want at least %zu: set it to "
                   "sizeof(ilf_flusher_ops)",
                   sizeof(ilf_flusher_ops));
    expect_refused(zoo, "animal.so", want);
}

static void says_which_symbol_a_plugin_lacks(void **state)
{
    struct zoo *zoo = *state;

    admit(zoo, "undefined_symbol", "animal.so");
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_non_null(strstr(zoo->registry.refused, "animal.so: can't be loaded: "));
    assert_non_null(strstr(zoo->registry.refused, "zoo_function_that_nobody_has"));
    assert_non_null(strstr(zoo->registry.refused, "; ldd -r shows what is missing\n"));
}

static void refuses_a_name_that_is_taken(void **state)
{
    struct zoo *zoo = *state;
    ilf_error err;

    assert_int_equal(ILF_OK,
                     ilf__registry_add(&zoo->registry, ilf__find("flusher_c_null", &err), &err));
    admit(zoo, "name_taken", "taken.so");
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(1, zoo->registry.n);
    assert_non_null(strstr(zoo->registry.refused,
                           "taken.so: flusher_c_null: the name is taken: choose another\n"));
}

static void refuses_what_is_no_library(void **state)
{
    static const char why[] =
        "is not a shared library (no ELF file): build it with cc -shared, or take it away";
    struct zoo *zoo = *state;

    write_file(path_of(zoo, "text.so"), "just text");
    expect_refused(zoo, "text.so", why);
    ilf__registry_dispose(&zoo->registry);
    write_file(path_of(zoo, "text.so"), "");
    expect_refused(zoo, "text.so", why);
    ilf__registry_dispose(&zoo->registry);
    write_file(path_of(zoo, "text.so"), "\177ELF");
    expect_refused(zoo, "text.so", "can't be loaded: it ends after 4 bytes: copy it here again");
}

/* Change the byte at @offset of the good plugin's copy. */
static void poke(const struct zoo *zoo, long offset, unsigned char byte)
{
    int fd;

    admit(zoo, "good", "foreign.so");
    fd = open(path_of(zoo, "foreign.so"), O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(1, pwrite(fd, &byte, 1, offset));
    close(fd);
}

static void refuses_what_is_built_for_another_machine(void **state)
{
    static const struct {
        long offset;
        unsigned char byte;
    } foreign[] = {
        {EI_CLASS, ELFCLASS32}, {EI_DATA, ELFDATA2MSB}, {offsetof(Elf64_Ehdr, e_machine), 250}};
    struct zoo *zoo = *state;

    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        poke(zoo, foreign[i].offset, foreign[i].byte);
        ilf__plugins_load(&zoo->registry, zoo->folder);
        assert_int_equal(0, zoo->registry.n);
        assert_non_null(strstr(zoo->registry.refused,
                               "can't be loaded: it is built for another machine (ELF "));
        assert_non_null(strstr(zoo->registry.refused, "): build it for this one\n"));
        ilf__registry_dispose(&zoo->registry);
    }
}

static void passes_on_why_the_loader_can_not_take_a_library(void **state)
{
    struct zoo *zoo = *state;

    poke(zoo, offsetof(Elf64_Ehdr, e_type), ET_CORE);
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(0, zoo->registry.n);
    assert_non_null(strstr(zoo->registry.refused, "foreign.so: can't be loaded: "));
    assert_non_null(strstr(zoo->registry.refused, "link it with -shared"));
}

static void says_that_a_link_leads_nowhere(void **state)
{
    struct zoo *zoo = *state;

    assert_int_equal(0, symlink("/no/such/file", path_of(zoo, "link.so")));
    expect_refused(zoo, "link.so",
                   "can't be opened: No such file or directory: let the agent's user read it, or "
                   "take it away");
}

static void refuses_folders_and_pipes_without_waiting(void **state)
{
    static const char not_regular[] =
        "is not a regular file: take it away, or rename it so that it does not end in .so";
    struct zoo *zoo = *state;

    assert_int_equal(0, mkdir(path_of(zoo, "x.so"), 0755));
    expect_refused(zoo, "x.so", not_regular);
    ilf__registry_dispose(&zoo->registry);
    assert_int_equal(0, rmdir(path_of(zoo, "x.so")));
    assert_int_equal(0, mkfifo(path_of(zoo, "x.so"), 0644));
    expect_refused(zoo, "x.so", not_regular);
}

static void as_root_refuses_what_others_can_write(void **state)
{
    static const char why[] =
        "others than root can write it: chown root and chmod go-w, or do not run "
        "the agent as root";
    struct zoo *zoo = *state;

    if (geteuid() != 0)
        skip();
    admit(zoo, "good", "good.so");
    assert_int_equal(0, chmod(path_of(zoo, "good.so"), 0666));
    expect_refused(zoo, "good.so", why);
    ilf__registry_dispose(&zoo->registry);
    assert_int_equal(0, chmod(path_of(zoo, "good.so"), 0644));
    assert_int_equal(0, chown(path_of(zoo, "good.so"), 12345, 0));
    expect_refused(zoo, "good.so", why);
    ilf__registry_dispose(&zoo->registry);
    assert_int_equal(0, chown(path_of(zoo, "good.so"), 0, 0));
    assert_int_equal(0, chmod(zoo->folder, 0777));
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(0, zoo->registry.n);
    assert_non_null(strstr(zoo->registry.refused, "others than root can write into it"));
}

static void loads_the_others_in_the_order_of_their_names(void **state)
{
    struct zoo *zoo = *state;

    admit(zoo, "wrong_major", "1.so");
    admit(zoo, "good", "2.so");
    admit(zoo, "name_with_slash", "3.so");
    admit(zoo, "good", "ignored.so.1");
    write_file(path_of(zoo, "README"), "ignored too");
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(1, zoo->registry.n);
    assert_true(strstr(zoo->registry.refused, "/1.so: ") <
                strstr(zoo->registry.refused, "/3.so: "));
    assert_null(strstr(zoo->registry.refused, "2.so"));
}

static void reads_every_folder_of_the_path_and_tells_of_those_that_are_missing(void **state)
{
    struct zoo *zoo = *state;
    char path[256];

    admit(zoo, "good", "good.so");
    (void)snprintf(path, sizeof(path), ":/no/such/folder::%s:", zoo->folder);
    ilf__plugins_load(&zoo->registry, path);
    assert_int_equal(1, zoo->registry.n);
    assert_string_equal(
        "/no/such/folder: can't be read: No such file or directory: make it a folder "
        "that the agent's user can read, or take it out of $ILF_PLUGIN_PATH\n",
        zoo->registry.refused);
}

static void says_that_a_path_is_too_long_and_reads_the_next(void **state)
{
    struct zoo *zoo = *state;
    char path[PATH_MAX + 128];

    admit(zoo, "good", "good.so");
    memset(path, 'x', PATH_MAX);
    (void)snprintf(path + PATH_MAX, sizeof(path) - PATH_MAX, ":%s", zoo->folder);
    ilf__plugins_load(&zoo->registry, path);
    assert_int_equal(1, zoo->registry.n);
    assert_string_equal("$ILF_PLUGIN_PATH: a path is too long for the system: move the plugins to "
                        "a shorter one\n",
                        zoo->registry.refused);
}

static void without_a_path_loads_nothing(void **state)
{
    struct zoo *zoo = *state;

    ilf__plugins_load(&zoo->registry, NULL);
    ilf__plugins_load(&zoo->registry, "");
    assert_int_equal(0, zoo->registry.n);
    assert_null(zoo->registry.refused);
}

static void opens_one_plugin_and_leaves_its_descriptor_to_others(void **state)
{
    struct zoo *zoo = *state;
    const ilf_flusher_ops *ops;
    ilf_error err;
    void *library;

    admit(zoo, "wrong_major", "animal.so");
    assert_int_equal(ILF_OK, ilf__plugin_open(path_of(zoo, "animal.so"), &library, &ops, &err));
    assert_int_equal(9 << 16, ops->abi);
    assert_int_equal(0, dlclose(library));
    admit(zoo, "no_symbol", "animal.so");
    assert_int_equal(ILF_ERR_CONFIG,
                     ilf__plugin_open(path_of(zoo, "animal.so"), &library, &ops, &err));
    assert_string_equal("exports no function ilf_plugin: end it with ILF_PLUGIN(ops);", err.text);
}

static void leaves_out_what_dies_or_hangs_while_it_is_loaded_and_loads_the_others(void **state)
{
    static const char *const animals[][2] = {
        {"constructor_crashes", "crashes when it is loaded (signal 11, "},
        {"constructor_exits", "ends its process when it is loaded: mend its constructors"},
        {"constructor_hangs", "does not come back within 5 s when it is loaded: mend"},
        {"asking_crashes", "crashes in ilf_plugin() (signal 6, "},
        {"name_leads_nowhere", "crashes when its descriptor is read (signal 11, "},
        {"options_lead_nowhere", "crashes when its descriptor is read (signal 11, "},
        {"options_outside", "flusher_zoo: option 'Path' lies outside of the instance: set "},
    };
    const size_t n = sizeof(animals) / sizeof(animals[0]);
    struct zoo *zoo = *state;
    char file[64], want[256];

    for (size_t i = 0; i < n; i++) {
        (void)snprintf(file, sizeof(file), "%s.so", animals[i][0]);
        admit(zoo, animals[i][0], file);
    }
    admit(zoo, "good", "zzz.so");
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(1, zoo->registry.n);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(want, sizeof(want), "/%s.so: %s", animals[i][0], animals[i][1]);
        if (!strstr(zoo->registry.refused, want))
            fail_msg("no '%s' in: %s", want, zoo->registry.refused);
    }
}

static void as_root_refuses_what_others_can_replace_on_the_way(void **state)
{
    struct zoo *zoo = *state;
    char path[256], want[512];

    if (geteuid() != 0)
        skip();
    assert_int_equal(0, mkdir(path_of(zoo, "open"), 0755));
    assert_int_equal(0, mkdir(path_of(zoo, "open/plugins"), 0755));
    admit(zoo, "good", "open/plugins/good.so");
    (void)snprintf(path, sizeof(path), "%s/open/plugins", zoo->folder);
    assert_int_equal(0, chmod(path_of(zoo, "open"), 0777));
    ilf__plugins_load(&zoo->registry, path);
    assert_int_equal(0, zoo->registry.n);
    (void)snprintf(want, sizeof(want),
                   "%s: others than root can write into %s/open, which it is reached by: chown "
                   "root and chmod go-w, or do not run the agent as root\n",
                   path, zoo->folder);
    assert_string_equal(want, zoo->registry.refused);
    ilf__registry_dispose(&zoo->registry);
    assert_int_equal(0, chmod(path_of(zoo, "open"), 0755));
    ilf__plugins_load(&zoo->registry, path);
    assert_null(zoo->registry.refused);
    assert_int_equal(1, zoo->registry.n);
}

static void as_root_refuses_a_link_through_what_others_can_write(void **state)
{
    struct zoo *zoo = *state;
    char to[512];

    if (geteuid() != 0)
        skip();
    assert_int_equal(0, mkdir(path_of(zoo, "open"), 0755));
    admit(zoo, "good", "open/good");
    (void)snprintf(to, sizeof(to), "%s/open/good", zoo->folder);
    assert_int_equal(0, symlink(to, path_of(zoo, "link.so")));
    assert_int_equal(0, chmod(path_of(zoo, "open"), 0777));
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(0, zoo->registry.n);
    assert_non_null(strstr(zoo->registry.refused, "/link.so: others than root can write into "));
    ilf__registry_dispose(&zoo->registry);
    assert_int_equal(0, chmod(path_of(zoo, "open"), 0755));
    ilf__plugins_load(&zoo->registry, zoo->folder);
    assert_int_equal(1, zoo->registry.n);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        test(loads_a_plugin_that_is_right),
        test(refuses_each_plugin_that_is_wrong_with_the_reason),
        test(says_how_long_a_descriptor_must_be),
        test(says_which_symbol_a_plugin_lacks),
        test(refuses_a_name_that_is_taken),
        test(refuses_what_is_no_library),
        test(refuses_what_is_built_for_another_machine),
        test(passes_on_why_the_loader_can_not_take_a_library),
        test(says_that_a_link_leads_nowhere),
        test(refuses_folders_and_pipes_without_waiting),
        test(as_root_refuses_what_others_can_write),
        test(loads_the_others_in_the_order_of_their_names),
        test(reads_every_folder_of_the_path_and_tells_of_those_that_are_missing),
        test(says_that_a_path_is_too_long_and_reads_the_next),
        test(without_a_path_loads_nothing),
        test(opens_one_plugin_and_leaves_its_descriptor_to_others),
        test(leaves_out_what_dies_or_hangs_while_it_is_loaded_and_loads_the_others),
        test(as_root_refuses_what_others_can_replace_on_the_way),
        test(as_root_refuses_a_link_through_what_others_can_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
