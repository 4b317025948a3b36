/* What was found, as JUnit XML for CI. */
#include "junit.h"

/* Text as XML 1.0 has it. It may not hold control characters, escaped or not, and does not: all of
 * it but the plugin's name was made printable. */
static void put_text(FILE *out, const char *text)
{
    bool valid = is_utf8(text, strlen(text));

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\n')
            (void)fprintf(out, "&#%d;", c);
        else
            (void)fputc(c < 0x20 || c == 0x7f || (c >= 0x80 && !valid) ? '?' : c, out);
    }
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    (void)fprintf(out, " %s=\"", name);
    put_text(out, text);
    (void)fputc('"', out);
}

static void put_case(FILE *out, const char *plugin, const struct result *result)
{
    const struct report *report = &result->report;

    (void)fputs("  <testcase", out);
    put_attribute(out, "classname", plugin);
    put_attribute(out, "name", result->rule->id);
    (void)fprintf(out, " time=\"%.3f\"", result->seconds);
    if (report->verdict == PASS) {
        (void)fputs("/>\n", out);
        return;
    }
    (void)fputs(">\n", out);
    if (report->verdict == SKIP) {
        (void)fputs("    <skipped", out);
        put_attribute(out, "message", report->evidence);
        (void)fputs("/>\n", out);
    } else {
        (void)fputs("    <failure", out);
        put_attribute(out, "message", result->rule->sentence);
        (void)fputs(">", out);
        put_text(out, report->evidence);
        (void)fputs("&#10;cure    ", out);
        put_text(out, result->rule->cure);
        (void)fputs("</failure>\n", out);
    }
    (void)fputs("  </testcase>\n", out);
}

bool write_junit(const char *path, const char *plugin, const struct result *results, size_t n)
{
    size_t failed = 0, skipped = 0;
    double seconds = 0;
    FILE *out = fopen(path, "we");
    bool ok;

    if (!out)
        return false;
    for (size_t i = 0; i < n; i++) {
        failed += results[i].report.verdict == FAIL;
        skipped += results[i].report.verdict == SKIP;
        seconds += results[i].seconds;
    }
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"ilfcheck\"", out);
    (void)fprintf(out,
                  " tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" errors=\"0\" time=\"%.3f\">\n",
                  n, failed, skipped, seconds);
    for (size_t i = 0; i < n; i++)
        put_case(out, plugin, &results[i]);
    (void)fputs("</testsuite>\n", out);
    ok = fflush(out) == 0 && !ferror(out);
    return fclose(out) == 0 && ok;
}
