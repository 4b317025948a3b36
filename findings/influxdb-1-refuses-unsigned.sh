#!/bin/sh
# InfluxDB 1.8's own parser of line protocol refuses unsigned numbers.
#
# Guess: a field such as v=1u is read by all of InfluxDB's parsers, as the pages on line protocol of
# InfluxDB 2 list unsigned integers beside signed ones.
# Seen: package models of github.com/influxdata/influxdb v1.8.10, with which its server reads writes,
# takes the u for an invalid number unless it was built with support for it; the parser
# github.com/influxdata/line-protocol/v2 v2.2.1 takes it. So a client that does not know the server's
# version sends unsigned numbers as signed ones, where they fit.
set -eu
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'MOD'
module finding

go 1.19

require (
	github.com/influxdata/influxdb v1.8.10
	github.com/influxdata/line-protocol/v2 v2.2.1
)
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/influxdata/influxdb/models"
	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

func main() {
	for _, line := range []string{"m v=1i 1", "m v=1u 1"} {
		_, err := models.ParsePointsString(line)
		fmt.Printf("models 1.8.10: %q: %v\n", line, err)
		d := lineprotocol.NewDecoderWithBytes([]byte(line))
		d.Next()
		_, _ = d.Measurement()
		_, value, err := d.NextField()
		fmt.Printf("line-protocol 2.2.1: %q: %v, %v\n", line, value, err)
	}
}
GO
GOFLAGS=-mod=mod go run . > out 2> log || { cat log; exit 1; }
cat out
grep -q 'models 1.8.10: "m v=1i 1": <nil>' out
grep -q 'models 1.8.10: "m v=1u 1": .*invalid number' out
grep -q 'line-protocol 2.2.1: "m v=1u 1": 1u, <nil>' out
echo "as described"
