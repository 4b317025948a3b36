package faults

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ilf.local/go/internal/oracle"
)

// The field comes often enough in the header, or the URL, for what is large to be more
// than the client can send.
func TestARecordThatTheClientCanNotSendIsADeadLetterThatNamesTheField(t *testing.T) {
	long := strings.Repeat("%{content.text}", 300)
	for name, more := range map[string]detail{
		"header": {"Headers": table{"X-Long": long}},
		"query":  {"Query": table{"long": long}},
		"spool":  {"Headers": table{"X-Long": long}},
	} {
		name, more := name, more
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const count, every = 60, 20
			dir, o := t.TempDir(), oracle.NewUnstarted()
			t.Cleanup(o.Close)
			o.Server.Config.MaxHeaderBytes = 4 << 20
			o.Server.Start()
			d := quick(o.Server.URL).with(letters(dir)).with(more)
			d["Breaker"] = table{"Failures": 1, "OpenTime": "1h", "MaxOpenTime": "1h"} // it must not open
			if name == "spool" {
				d = d.with(spool(dir))
			}
			config := pipelineOf(strings.ReplaceAll(t.Name(), "/", "-"), d, 0, count)
			config.JSONStr = strings.Replace(config.JSONStr, `"PauseMs"`, fmt.Sprintf(`"LargeEvery":%d,"PauseMs"`, every), 1)
			l := beginWith(t, anyRelease(), config)
			eventually(t, "all records end", func() bool { return o.Count()+len(deadIDs(t, dir)) >= count })
			l.end()
			if dead := conserved(t, o, dir, count, none); dead != count/every {
				t.Errorf("%d dead letters, want %d", dead, count/every)
			}
			text, err := os.ReadFile(filepath.Join(dir, "letters.jsonl"))
			if err != nil || strings.Count(string(text), "%{content.text}") < count/every {
				t.Errorf("a letter does not name the field: %v: %.2000s", err, text)
			}
			if logs.has(l.name, "circuit open") {
				t.Error("the circuit has opened")
			}
		})
	}
}

func TestWhatAnOTLPServerRejectsOfARequestIsCountedAndNotSentAgain(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	o.Set(func(*http.Request, []byte) *oracle.Answer {
		return &oracle.Answer{Body: `{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}`}
	})
	d := quick(o.Server.URL).with(detail{"Convert": table{"Protocol": "otlp_v1", "Encoding": "protobuf"}})
	l := begin(t, anyRelease(), d, 0, records)
	l.delivered(records)
	eventually(t, "it is told", func() bool {
		return logs.has(l.name, "lost 3 of", "(rejected)", "partial success: too old")
	})
	n := o.Requests()
	l.end()
	if n == 0 || o.Requests() > records {
		t.Errorf("%d requests", o.Requests())
	}
}
