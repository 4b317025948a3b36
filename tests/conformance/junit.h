/* What was found, as JUnit XML for CI. */
#ifndef ILF_TESTS_JUNIT_H
#define ILF_TESTS_JUNIT_H

#include "check.h"

struct result {
    const struct rule *rule;
    struct report report;
    double seconds;
};

/* Write @n results about @plugin into the file @path. False, with errno, when that fails. */
bool write_junit(const char *path, const char *plugin, const struct result *results, size_t n);

#endif
