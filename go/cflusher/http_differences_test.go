package cflusher_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"ilf.local/go/internal/vector"
)

// difference is what ours does instead of what the native flusher does, and why.
type difference struct {
	why     string
	refused string                                                   // Init fails with this
	instead func(native []vector.Request) []vector.Request           // the requests, from the native ones
	check   func(t *testing.T, got []vector.Request, hosts []string) // more of them
}

// asByDefault are the requests of the records that natively were not sent.
func asByDefault([]vector.Request) (requests []vector.Request) {
	const tags = `"tags":{"db":"d1","host.ip":"10.0.0.7","host.name":"h1","log.topic":"app"}`
	for _, body := range []string{
		`{"contents":{"level":"info","msg":"hello"},` + tags + `,"time":1700000000}`,
		`{"contents":{"level":"warn","msg":"wörld \"q\""},` + tags + `,"time":1700000001}`,
	} {
		requests = append(requests, vector.Request{Method: "POST", Path: "/write", Compression: "none",
			Headers: map[string][]string{"Content-Type": {"application/json"}},
			Body:    base64.StdEncoding.EncodeToString([]byte(body))})
	}
	return requests
}

// inOTLP is the request of the same records in OTLP.
func inOTLP([]vector.Request) []vector.Request {
	attribute := func(key, value string) string {
		return fmt.Sprintf("attributes{key=%q value{string_value=%q}}", key, value)
	}
	log := func(level, msg, time string) string {
		tags := []string{attribute("db", "d1"), attribute("host.ip", "10.0.0.7"), attribute("host.name", "h1"), attribute("log.topic", "app")}
		return fmt.Sprintf("log_records{%s %s severity_text=%q time=%q}", strings.Join(tags, " "), attribute("msg", msg), level, time)
	}
	body := "Request{resource_logs{resource{" + attribute("__hostname__", "h1") + " " + attribute("db", "d1") + " " +
		attribute("source", "10.0.0.7") + " " + attribute("topic", "app") + "} scope_logs{" +
		log("info", "hello", "1700000000000000000") + " " + log("warn", `wörld "q"`, "1700000001000000000") + "}}}"
	return []vector.Request{{Method: "POST", Path: "/write", Compression: "none",
		Headers: map[string][]string{"Content-Type": {"application/x-protobuf"}},
		Body:    base64.StdEncoding.EncodeToString([]byte(body))}}
}

func nothing([]vector.Request) []vector.Request     { return nil }
func same(native []vector.Request) []vector.Request { return native }

// withHeader is the native requests with another header, or without one.
func withHeader(name string, values ...string) func([]vector.Request) []vector.Request {
	return func(native []vector.Request) []vector.Request {
		for i := range native {
			native[i].Headers[name] = values
		}
		return native
	}
}

// compressed is the native requests, compressed. A body in zstd is compared no further than its magic.
func compressed(coding string, magic []byte) func([]vector.Request) []vector.Request {
	return func(native []vector.Request) []vector.Request {
		native = withHeader("Content-Encoding", coding)(native)
		for i := range native {
			if native[i].Compression = coding; magic != nil {
				native[i].Compression, native[i].Body = "none", base64.StdEncoding.EncodeToString(magic)
			}
		}
		return native
	}
}

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

const (
	empty      = "an empty group has no records, so that there is nothing to post"
	noField    = "a field that the protocol does not have never will be there: the pipeline does not start, instead of dropping each group"
	interleave = "without Delivery.Order, other records do not wait for one that is tried again"
)

// differences are the cases in which ours is right and the native one is not.
var differences = map[string]difference{
	"jsonline-empty-group-0006":               {why: empty, instead: func(n []vector.Request) []vector.Request { return n[1:] }},
	"snappy-empty-group-jsonline-0046":        {why: empty, instead: nothing},
	"v2-empty-group-jsonline-0071":            {why: empty, instead: nothing},
	"v2-empty-group-influx-0073":              {why: empty, instead: nothing},
	"v2-influx-only-logs-ignored-0070":        {why: "what has no form goes to the dead letters, and no empty body is posted", instead: nothing},
	"otlp-v1-dropped-0011":                    {why: "natively only flusher_otlp can send OTLP; here all can", instead: inOTLP},
	"config-string-duration-0017":             {why: "durations may be written with their unit", instead: asByDefault},
	"expr-unsupported-field-drops-group-0024": {why: noField, refused: "%{msg}: protocol custom_single has no such field"},
	"v2-single-metadata-expr-drops-0065":      {why: noField, refused: "%{metadata.db}: protocol custom_single has no such field"},
	"content-type-user-lowercase-key-0033": {why: "names of headers have no case: the user's takes the place of ours",
		instead: withHeader("Content-Type", "text/plain")},
	"host-header-0036": {why: "natively the Host header is ignored", instead: same,
		check: func(t *testing.T, _ []vector.Request, hosts []string) {
			if hosts[0] != "example.org" {
				t.Errorf("Host %s", hosts[0])
			}
		}},
	"compression-zstd-0039":       {why: "natively a Compression that is not known is ignored; zstd is", instead: compressed("zstd", zstdMagic)},
	"compression-GZIP-0040":       {why: "names of compressions have no case", instead: compressed("gzip", nil)},
	"retry-503-x3-then-ok-0048":   {why: interleave, instead: same},
	"retry-401-then-ok-0050":      {why: interleave, instead: same},
	"retry-second-item-only-0058": {why: interleave, instead: same},
	"retry-429-0052": {why: "429 asks to come again later: natively the data is dropped",
		instead: func(n []vector.Request) []vector.Request { return append(n, n[0]) }},
}
