#!/bin/bash
# Who may depend on whom: flushers -> flushers/common -> include/ilf; cbridge -> include/ilf; nobody
# includes another flusher; Go knows C only through bridge.h and only in cflusher. Read by run.

includes() { # files: a line `FILE "NAME"` or `FILE <NAME>` for each #include; in Go, in comments
    awk 'sub(/^(\/\/ )?# *include */, "") && match($0, /^[<"][^>"]*[>"]/) {
        print FILENAME, substr($0, 1, RLENGTH)
    }' "$@" /dev/null
}

# Lines of includes that are none of ours: <system.h>, but not <ilf/...>.
ours() { grep -v ' <' || true; }
of_ilf() { grep ' <ilf/' || true; }

resolve() { # file "name": the file meant, from the repository's root, whether it is there or not
    local name=${2#\"}
    realpath -m --relative-to=. "$(dirname "$1")/${name%\"}"
}

only_ilf() { # for lines of includes: complains of all headers of ilf but those named
    while read -r file include; do
        [[ " $* " = *" $include "* ]] || complain "$file: includes $include: allowed is $*"
    done
}

rule_flushers_include_common_and_their_own() {
    local file include folder
    includes flushers/*.c flushers/*/*.[ch] | ours | while read -r file include; do
        folder=$(dirname "$(resolve "$file" "$include")")
        if [ ! -e "$(resolve "$file" "$include")" ]; then
            complain "$file: includes $include, which is neither its own nor in flushers/common"
        elif [ "$folder" != flushers/common ] && [ "$folder" != "$(dirname "$file")" ]; then
            complain "$file: includes $include: allowed are its own folder and flushers/common"
        fi
    done
    includes flushers/*.c flushers/*/*.[ch] | of_ilf | only_ilf '<ilf/flusher.h>'
}

rule_runtime_includes_its_own() {
    local file include target
    includes cbridge/*.[ch] | ours | while read -r file include; do
        [ "$include" = '"sls_logs.pb-c.h"' ] && continue # generated
        target=$(resolve "$file" "$include")
        [ -e "$target" ] && [ "$(dirname "$target")" = cbridge ] ||
            complain "$file: includes $include, which is not in cbridge"
    done
    includes cbridge/*.[ch] | of_ilf | only_ilf '<ilf/flusher.h>' '<ilf/bridge.h>'
}

rule_runtime_knows_no_flusher_by_name() {
    grep -nE '"flusher_c_[a-z]+' cbridge/*.[ch] | sed 's/$/: the runtime knows a flusher by name/' | complain_each
}

rule_public_headers_include_no_others() {
    includes include/ilf/*.h | ours | sed 's/$/: a public header includes a private one/' | complain_each
    includes include/ilf/*.h | of_ilf | only_ilf '<ilf/flusher.h>'
}

# What authors start from shows what they may use.
rule_templates_and_examples_include_flusher_h_alone() {
    local sources file include
    sources=$(find docs/template docs/examples \( -name '*.[ch]' -o -name '*.cpp' \) ! -name '*test*' 2> /dev/null)
    # shellcheck disable=SC2086 # a list of files
    includes $sources | ours | while read -r file include; do
        [[ $include = '"_cgo_export.h"' ]] || [[ $include != */* && -e $(resolve "$file" "$include") ]] ||
            complain "$file: includes $include: an author has no such header"
    done
    # shellcheck disable=SC2086
    includes $sources | of_ilf | only_ilf '<ilf/flusher.h>'
}

rule_go_knows_c_only_in_cflusher() {
    grep -rlE '^import "C"|^	"C"$' go --include='*.go' | grep -v '^go/cflusher/' |
        sed 's/$/: cgo outside go\/cflusher/' | complain_each
    find go -name '*.[chsS]' ! -path 'go/cflusher/*' | sed 's/$/: C outside go\/cflusher/' | complain_each
}

rule_go_knows_c_only_through_bridge_h() {
    local file include
    includes go/cflusher/*.go go/cflusher/*.[ch] | ours | while read -r file include; do
        [ "$include" = '"_cgo_export.h"' ] && continue # generated
        [[ $include != */* ]] && [ -e "$(resolve "$file" "$include")" ] ||
            complain "$file: includes $include, which is not in go/cflusher"
    done
    includes go/cflusher/*.go go/cflusher/*.[ch] | of_ilf | only_ilf '<ilf/bridge.h>'
}

# The shim is built into agents that have neither our harness nor our stand-in's extras.
rule_shim_imports_the_host_alone() {
    grep -nE '"ilf\.local/go' go/cflusher/*.go | grep -v '_test\.go:' |
        sed 's/$/: the shim imports only the host/' | complain_each
    grep -rnE '"ilf\.local/go' go/ilogtail --include='*.go' | sed 's/$/: the stand-in imports nothing of ours/' |
        complain_each
}
