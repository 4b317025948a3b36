#!/bin/bash
# What must be said: what a file holds, what an exported symbol is for. Read by run.

rule_first_line_says_what_a_file_holds() {
    awk 'FNR == 1 && !/^\/\* / { print FILENAME ": the first line must say what the file holds" }' \
        include/ilf/*.h cbridge/*.[ch] flushers/*.c flushers/*/*.[ch] | complain_each
}

# A comment stands right above, be it that of a run of macros, or at the end of the line. Lines of #if
# between do not count, and what was declared above has its comment there.
rule_public_c_is_commented() {
    awk '
        function name_of(line) {
            if (sub(/^#define /, "", line)) {
                sub(/[ (].*/, "", line)
                return line
            }
            sub(/[ (;{]*$/, "", line)
            sub(/\(.*/, "", line)
            sub(/.*[ *]/, "", line)
            return line
        }
        /^#(if|else|elif|endif)/ { next }
        /^(typedef|ILF_API|static inline|#define ILF_)/ {
            name = name_of($0)
            commented = above ~ /\*\/$/ || /\/\*.*\*\/$/ || (/^#define/ && above ~ /^#define/) || name in seen
            if (!commented && !/^#define ILF_[A-Z]+_H$/)
                print FILENAME ":" FNR ": say above " name " what it is for"
            seen[name]
        }
        { above = $0 }' include/ilf/*.h | complain_each
}

# Of a run of functions of one line, which show all that they do, the first has the comment, or the
# type that they are methods of.
rule_public_go_is_commented() {
    find go -name '*.go' ! -name '*_test.go' ! -path 'go/internal/yaml/*' -exec awk '
        FNR == 1 { above = "" }
        /^(func|type|var|const) (\([a-z]* ?\*?[A-Z][A-Za-z]*\) )?[A-Z]/ {
            one_line = /^func.*}$/ && (/^func \(/ || above ~ /^func.*}$/)
            if (above !~ /^\/\// && !one_line)
                print FILENAME ":" FNR ": say above " $0 " what it is for"
        }
        { above = $0 }' {} + | complain_each
}
