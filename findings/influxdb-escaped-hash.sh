#!/bin/sh
# In line protocol a measurement can't begin with #, and no escape helps.
#
# Guess: \# at the beginning of a line is the measurement's #, as \, and \= are a comma and an equals sign.
# Seen: with package models of github.com/influxdata/influxdb v1.8.10 a line that begins with # is a comment,
# without an error; with \# in front the point is taken, but its measurement is \# with the backslash kept.
# So a name with a leading # can't be written: a client must not send it, or it gets another name.
set -eu
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'MOD'
module finding

go 1.19

require github.com/influxdata/influxdb v1.8.10
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/influxdata/influxdb/models"
)

func main() {
	for _, line := range []string{"#cpu v=1 1", "\\#cpu v=1 1", "\\,cpu v=1 1"} {
		points, err := models.ParsePointsString(line)
		fmt.Printf("%q: %d points, %v", line, len(points), err)
		for _, p := range points {
			fmt.Printf(", measurement %q", p.Name())
		}
		fmt.Println()
	}
}
GO
GOFLAGS=-mod=mod go run . > out 2> log || { cat log; exit 1; }
cat out
grep -qF '"#cpu v=1 1": 0 points, <nil>' out
grep -qF '"\\#cpu v=1 1": 1 points, <nil>, measurement "\\#cpu"' out
grep -qF '"\\,cpu v=1 1": 1 points, <nil>, measurement ",cpu"' out
echo "as described"
