#!/bin/bash
# What must be there beside the sources: tests, and copies in step. Read by run.

rule_every_c_source_has_a_test() {
    local source test
    for source in cbridge/*.c flushers/*.c flushers/*/*.c; do
        test=tests/$(dirname "$source")/test_$(basename "$source")
        [ -e "$test" ] || complain "$source has no test: write $test"
    done
}

rule_every_test_has_its_source() {
    local test source
    for test in tests/cbridge/test_*.c tests/flushers/test_*.c tests/flushers/*/test_*.c; do
        source=$(sed 's|^tests/||; s|/test_|/|; s:_\(threads\|random\)\.c$:.c:' <<< "$test")
        [ -e "$source" ] || [ -e "${source%.c}.h" ] || complain "$test: there is no $source that it tests"
    done
}

# Where the crash tests kill processes: a point that none of them names is none.
rule_crash_tests_know_every_point() {
    local point
    grep -ohE 'ILF__POINT\("[^"]+' cbridge/*.c | cut -d'"' -f2 | sort -u | while read -r point; do
        grep -qE "\"${point}[:\"]" tests/crash/*.c || complain "no test in tests/crash kills at the point $point"
    done
}

# In Go the unit is the package. Packages of constants and accessors have nothing to test; those of
# go/internal are tools and helpers of tests.
rule_every_go_package_has_a_test() {
    local folder
    find go -name '*.go' ! -name '*_test.go' ! -path 'go/internal/*' -exec grep -lE '^func .*\{$' {} + |
        sed 's|/[^/]*$||' | sort -u | while read -r folder; do
        ls "$folder"/*_test.go > /dev/null 2>&1 || complain "$folder has no test: write one there"
    done
}

rule_copied_headers_are_in_step() {
    local header
    for header in include/ilf/*.h; do
        cmp -s "$header" "go/cflusher/ilf/$(basename "$header")" ||
            complain "go/cflusher/ilf/$(basename "$header") is not $header: run make build"
    done
}

rule_shim_knows_every_flusher() {
    local name
    for name in flushers/*.c flushers/*/; do
        name=$(basename "$name" .c)
        [ "$name" = common ] || grep -q "\"flusher_c_$name\"" go/cflusher/builtin.go ||
            complain "go/cflusher/builtin.go lacks flusher_c_$name: run make build"
    done
}
