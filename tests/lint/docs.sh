#!/bin/bash
# What holds for the pages: twins, links, numbers. (docs/generate/pages --check looks after the options.)
# Read by run.

rule_every_page_has_its_chinese_twin() {
    local page
    pages | while read -r page; do
        case $page in
        *.zh-CN.md) [ -e "${page%.zh-CN.md}.md" ] || complain "$page has no English twin" ;;
        *) [ -e "${page%.md}.zh-CN.md" ] || complain "$page has no Chinese twin" ;;
        esac
    done
}

shape() { # page: a line for each heading (its level), row of a table and block of code (its language)
    awk '/^```/ { if (code = !code) print; next } code { next } /^#+ / { print $1 } /^\|/ { print "|" }' "$1"
}

rule_twins_have_the_same_shape() {
    local page twin
    pages | grep -v '\.zh-CN\.md$' | while read -r page; do
        twin=${page%.md}.zh-CN.md
        [ ! -e "$twin" ] || [ "$(shape "$page")" = "$(shape "$twin")" ] ||
            complain "$twin has not the headings, tables and blocks of code of $page"
    done
}

links() { # a line "PAGE TARGET" for each link that is not to the web
    pages | xargs awk '
        FNR == 1 { code = 0 }
        /^```/ { code = !code }
        !code {
            gsub(/`[^`]*`/, "")
            while (match($0, /\]\([^) ]+\)/)) {
                target = substr($0, RSTART + 2, RLENGTH - 3)
                if (target !~ /^(https?|mailto):/) print FILENAME, target
                $0 = substr($0, RSTART + RLENGTH)
            }
        }'
}

anchors() { # page: what its headings are called in links
    awk '/^```/ { code = !code } !code && sub(/^#+ /, "") {
        gsub(/[][`!-,.\/:-@{-~^]/, "")
        gsub(/ /, "-")
        print tolower($0)
    }' "$1"
}

rule_links_lead_somewhere() {
    local page target file
    links | while read -r page target; do
        file=$page
        [[ $target = \#* ]] || file=$(dirname "$page")/${target%%#*}
        if [ ! -e "$file" ]; then
            complain "$page: links to $target, which is not there"
        elif [[ $target = *\#* ]] && ! anchors "$file" | grep -qxF -- "${target#*#}"; then
            complain "$page: links to $target, but there is no such heading"
        fi
    done
}

# A Chinese page leads to Chinese pages, but for its own twin.
rule_chinese_pages_link_to_chinese_ones() {
    local page target file
    links | grep '\.zh-CN\.md ' | while read -r page target; do
        file=$(dirname "$page")/${target%%#*}
        [[ $file != *.md || $file = *.zh-CN.md || ! -e ${file%.md}.zh-CN.md ]] ||
            [ "$(basename "$file" .md)" = "$(basename "$page" .zh-CN.md)" ] ||
            complain "$page: links to $target: it has a Chinese twin"
    done
}

# The metrics of the runtime stand in metrics.md (go/internal/e2e holds it against what there is), a
# flusher's own in its page.
rule_every_metric_is_documented() {
    local page name
    {
        grep -ohE '"ilf_[a-z_]+[a-z]"' cbridge/metrics.c cbridge/delivery_metrics.c | tr -d '"' |
            grep -vE '_(bucket|sum|count)$' | sed 's|^|metrics |'
        awk 'match($0, /counter\(/) { on = 3 }
            on-- > 0 && match($0, /"[a-z0-9_]+_total"/) {
                name = FILENAME
                sub(/^flushers\//, "", name)
                sub(/(\.c|\/.*)$/, "", name)
                print "flushers/" name, "ilf_flusher_" substr($0, RSTART + 1, RLENGTH - 2)
            }' flushers/*.c flushers/*/*.c
    } | sort -u | while read -r page name; do
        for page in docs/"$page"{,.zh-CN}.md; do
            grep -qF "\`$name" "$page" || complain "$page: says nothing of the metric $name"
        done
    done
}
