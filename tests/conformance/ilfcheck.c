/* ilfcheck - hold a flusher against the contract of ilf/flusher.h, rule by rule.
 *
 * Exit status: 0 when no rule is broken, 1 when one is, 2 for wrong usage and for a plugin that
 * can't be loaded. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <ilf/bridge.h>

#include "check.h"
#include "junit.h"

enum { MAX_RULES = 400, MAX_NAMED = 64, WIDTH = 24 };

struct choice {
    const char *only[MAX_NAMED], *without[MAX_NAMED];
    size_t n_only, n_without;
    const char *junit;
    double seconds;
};

static const char usage[] =
    "usage: ilfcheck [options] PLUGIN.so|TYPE [config.json]\n"
    "Hold a flusher against the contract of ilf/flusher.h. TYPE is a flusher that is built in, or\n"
    "one of $ILF_PLUGIN_PATH; config.json holds the object that stands under detail.\n"
    "  --list             print all rules\n"
    "  --rule ID          try this rule only, or all of a group; may be repeated\n"
    "  --skip ID          do not try this rule, or group; may be repeated\n"
    "  --timeout SECONDS  what a rule may take (10); a call that must not wait, a tenth of it\n"
    "  --junit FILE       also write the results as JUnit XML\n"
    "  --version          print the version of the runtime that it has\n";

/* Is @id that of the rule, or of its group? */
static bool named(const struct rule *rule, const char *id)
{
    size_t len = strlen(id);

    return strcmp(rule->id, id) == 0 || (strncmp(rule->id, id, len) == 0 && rule->id[len] == '.');
}

static bool is_known(const char *id)
{
    for (const struct rule *const *group = all_rules; *group; group++)
        for (const struct rule *rule = *group; rule->id; rule++)
            if (named(rule, id))
                return true;
    return false;
}

static bool named_in(const struct rule *rule, const char *const ids[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (named(rule, ids[i]))
            return true;
    return false;
}

static void list(void)
{
    for (const struct rule *const *group = all_rules; *group; group++)
        for (const struct rule *rule = *group; rule->id; rule++)
            printf("%-*s %s\n", WIDTH, rule->id, rule->sentence);
}

static _Noreturn void stop(const char *format, ...) ILF_PRINTF(1, 2);

static _Noreturn void stop(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("ilfcheck: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void choose(const char *ids[], size_t *n, const char *id)
{
    if (!is_known(id))
        stop("no rule '%s'; ilfcheck --list shows them all", id);
    if (*n == MAX_NAMED)
        stop("more than %d rules named", MAX_NAMED);
    ids[(*n)++] = id;
}

static struct choice read_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"list", no_argument, NULL, 'l'},        {"rule", required_argument, NULL, 'r'},
        {"skip", required_argument, NULL, 's'},  {"timeout", required_argument, NULL, 't'},
        {"junit", required_argument, NULL, 'j'}, {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    struct choice choice = {.seconds = 10};
    char *end;

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'l':
            list();
            exit(0);
        case 'v':
            printf("ilfcheck %s\n", ilf_version());
            exit(0);
        case 'h':
            (void)fputs(usage, stdout);
            exit(0);
        case 'r':
            choose(choice.only, &choice.n_only, optarg);
            break;
        case 's':
            choose(choice.without, &choice.n_without, optarg);
            break;
        case 'j':
            choice.junit = optarg;
            break;
        case 't':
            choice.seconds = strtod(optarg, &end);
            if (*end || end == optarg || !(choice.seconds >= 0.1 && choice.seconds <= 3600))
                stop("--timeout %s: want seconds, from 0.1 to 3600", optarg);
            break;
        default:
            (void)fputs(usage, stderr);
            exit(2);
        }
    }
    if (argc - optind < 1 || argc - optind > 2) {
        (void)fputs(usage, stderr);
        exit(2);
    }
    return choice;
}

static json_t *read_config(const char *path)
{
    json_error_t error;
    json_t *config = path ? json_load_file(path, JSON_REJECT_DUPLICATES, &error) : json_object();

    if (!config && !path)
        stop("out of memory");
    if (!config)
        stop("%s: %s (line %d)", path, error.text, error.line);
    if (!json_is_object(config))
        stop("%s: want an object, as it stands under detail", path);
    return config;
}

/* Evidence, indented below its rule. */
static void print_lines(const char *text)
{
    while (*text) {
        int len = (int)strcspn(text, "\n");

        printf("        %.*s\n", len, text);
        text += len + (text[len] == '\n');
    }
}

static bool is_listed(const struct rule *rule, const struct choice *choice)
{
    return choice->n_only == 0 || named_in(rule, choice->only, choice->n_only);
}

static bool is_chosen(const struct rule *rule, const struct choice *choice)
{
    return is_listed(rule, choice) && !named_in(rule, choice->without, choice->n_without);
}

/* The rule @id, or NULL. */
static const struct rule *find_rule(const char *id)
{
    for (const struct rule *const *group = all_rules; *group; group++)
        for (const struct rule *rule = *group; rule->id; rule++)
            if (strcmp(rule->id, id) == 0)
                return rule;
    return NULL;
}

/* The rule that measures the call which has made @report's rule run out of time. NULL: there is none. */
static const struct rule *measure_of(const struct report *report)
{
    static const char *const measures[][2] = {{"init", "init.quick"},
                                              {"is_ready", "ready.quick"},
                                              {"set_urgent", "urgent.quick"},
                                              {"stop", "stop.quick"},
                                              {"send", "send.quick"}};

    for (size_t m = 0; m < sizeof(measures) / sizeof(measures[0]); m++)
        if (strcmp(report->cause, measures[m][0]) == 0)
            return find_rule(measures[m][1]);
    return NULL;
}

static void print_result(const struct result *result)
{
    static const char *const words[] = {"", "pass", "FAIL", "skip"};
    const struct report *report = &result->report;
    const struct rule *measure = measure_of(report);

    printf("%s  %-*s %s", words[report->verdict], WIDTH, result->rule->id, result->rule->sentence);
    if (report->verdict == SKIP)
        printf(" - %s", report->evidence);
    (void)putchar('\n');
    if (report->verdict == FAIL) {
        print_lines(report->evidence);
        printf("        cure    %s\n", measure ? measure->cure : result->rule->cure);
    }
    (void)fflush(stdout);
}

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Is it refused, so that no other rule can be tried? Bad options alone do not stop the others. */
static bool is_refusal(const struct result *result)
{
    return result->report.verdict == FAIL && strncmp(result->rule->id, "load.", 5) == 0 &&
           strcmp(result->rule->id, "load.config") != 0;
}

/* Try one rule, unless @refused by an earlier one. */
static void try_rule(const struct rule *rule, const struct choice *choice,
                     const struct rule *refused, struct result *result)
{
    double since = now();

    *result = (struct result){.rule = rule, .report = {.verdict = SKIP}};
    if (named_in(rule, choice->without, choice->n_without))
        strcpy(result->report.evidence, "because of --skip");
    else if (refused)
        (void)snprintf(result->report.evidence, sizeof(result->report.evidence),
                       "it is not loaded: see %s", refused->id);
    else
        run_rule(rule, choice->seconds, &result->report);
    result->seconds = now() - since;
}

/* A call that takes too long makes many rules run out of time: only the rule that measures it says so,
 * or where there is none the first that meets it. */
static void name_cause(struct result *results, size_t n, const struct choice *choice)
{
    struct report *report = &results[n].report;
    const struct rule *measure = measure_of(report), *see = NULL;
    bool tried = false;

    if (report->verdict != FAIL || !*report->cause || results[n].rule == measure)
        return;
    for (size_t k = 0; k < n && !see; k++) {
        const struct result *earlier = &results[k];

        tried = tried || earlier->rule == measure;
        if (earlier->report.verdict == FAIL &&
            (earlier->rule == measure || strcmp(earlier->report.cause, report->cause) == 0))
            see = earlier->rule;
    }
    if (!see && !tried && measure && is_chosen(measure, choice))
        see = measure; /* it comes, and will run out of time too */
    if (!see)
        return;
    report->verdict = SKIP;
    (void)snprintf(report->evidence, sizeof(report->evidence), "%s takes too long: see %s",
                   report->cause, see->id);
}

/* Rules about sending mean little when nothing has ever arrived. */
static void tell_of_deliveries(const struct result *results, size_t n)
{
    unsigned sends = 0, delivered = 0;
    const char *refusal = "";

    for (size_t k = 0; k < n; k++) {
        sends += results[k].report.sends;
        delivered += results[k].report.delivered;
        if (*results[k].report.refusal)
            refusal = results[k].report.refusal;
    }
    if (sends > 0 && delivered == 0)
        printf("(No payload was ever delivered, of %u that were sent, so that what happens then "
               "was not "
               "tried: let config.json name a sink that takes them.%s%.200s)\n",
               sends, *refusal ? " The last was not because: " : "", refusal);
}

int main(int argc, char **argv)
{
    static struct result results[MAX_RULES];
    struct choice choice = read_options(argc, argv);
    const struct rule *refused = NULL;
    size_t n = 0, counts[4] = {0};
    bool usable = true;

    the.name = argv[optind];
    the.config = read_config(argv[optind + 1]);
    for (const struct rule *const *group = all_rules; *group; group++) {
        for (const struct rule *rule = *group; rule->id && n < MAX_RULES; rule++) {
            struct result *result = &results[n];

            if (!is_listed(rule, &choice))
                continue;
            try_rule(rule, &choice, refused, result);
            name_cause(results, n, &choice);
            if (is_refusal(result))
                refused = rule;
            usable =
                usable && !(result->report.verdict == FAIL && strncmp(rule->id, "load.", 5) == 0);
            counts[result->report.verdict]++;
            print_result(result);
            n++;
        }
    }
    tell_of_deliveries(results, n);
    printf("%s: %zu rules: %zu passed, %zu failed, %zu skipped\n", the.name, n, counts[PASS],
           counts[FAIL], counts[SKIP]);
    if (counts[FAIL] > 0)
        printf(
            "(To look at a rule alone: ilfcheck --rule ID ..., or in gdb with set follow-fork-mode "
            "child.)\n");
    if (choice.junit && !write_junit(choice.junit, the.name, results, n))
        stop("%s: %s", choice.junit, strerror(errno));
    json_decref(the.config);
    return !usable ? 2 : counts[FAIL] > 0;
}
