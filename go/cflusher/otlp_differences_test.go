package cflusher_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/protocol"
)

// otlpAccepted are the cases that natively fail and are right here.
var otlpAccepted = map[string]string{
	"init-otlp_v1-protobuf-0220": "protobuf is what the encoding is; natively it is called none",
}

// otlpRule is what ours does instead of what the native converter does, as a change to the native
// messages. Each rule must change some case.
type otlpRule struct {
	name, why string
	logs      func(*protocol.LogGroup, []*vector.Field) // v1
	events    func(events)                              // v2
}

var otlpLogRules = []otlpRule{
	{name: "nanoseconds", why: "natively, EnableTimestampNanosecond decides, and a log without them then ends the agent",
		logs: func(group *protocol.LogGroup, logs []*vector.Field) {
			for i, log := range group.Logs {
				if log.TimeNs != nil {
					logs[i].Set("time", strconv.FormatUint(uint64(log.Time)*1e9+uint64(*log.TimeNs), 10))
				}
			}
		}},
	{name: "UTF-8", why: notUTF8, logs: func(*protocol.LogGroup, []*vector.Field) {}},
}

const notUTF8 = "a string that is no UTF-8 makes strict decoders refuse the request: values become bytes, names get U+FFFD"

// validStrings applies the rule about UTF-8 to message.
func validStrings(message *vector.Field) {
	message.Walk(func(f *vector.Field) {
		switch {
		case utf8.ValidString(f.Value) || !strings.HasPrefix(f.Kind, "string"):
		case f.Name == "string_value":
			f.Name, f.Kind = "bytes_value", "bytes"
		default:
			f.Value = string([]rune(f.Value)) // U+FFFD for each byte
		}
	})
}

func applyLogRules(group *protocol.LogGroup, want *vector.Field, used map[string]bool) {
	for _, rule := range otlpLogRules {
		before := want.String()
		rule.logs(group, records(want, "scope_logs", "log_records"))
		if rule.name == "UTF-8" {
			validStrings(want)
		}
		used[rule.name] = used[rule.name] || want.String() != before
	}
}

func allUsed(t *testing.T, rules []otlpRule, used map[string]bool) {
	for _, rule := range rules {
		if os.Getenv("ILF_VECTORS") == "" && !used[rule.name] {
			t.Errorf("no case shows %s: %s", rule.name, rule.why)
		}
	}
}
