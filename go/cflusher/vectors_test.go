package cflusher_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// start makes a started flusher of the type name with the detail config.
func start(t testing.TB, name string, config interface{}) *cflusher.Flusher {
	t.Helper()
	detail, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	creator, ok := pipeline.Flushers[name]
	if !ok {
		t.Fatalf("no flusher %s", name)
	}
	f := creator().(*cflusher.Flusher)
	if err := json.Unmarshal(detail, f); err != nil {
		t.Fatal(err)
	}
	if err := f.Init(nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Stop() })
	return f
}

type exporter func([]*models.PipelineGroupEvents, pipeline.PipelineContext) error

// marshal encodes groups as a LogGroupList.
func marshal(t testing.TB, groups []*protocol.LogGroup) []byte {
	list, err := (&protocol.LogGroupList{LogGroupList: groups}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var linePrefix = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d $`)

// printed runs flush on a stdout flusher that writes to a file, and returns its records without
// their time prefix. Records may hold newlines, so they are told apart by the expected ones.
func printed(t *testing.T, options json.RawMessage, want []string, flush func(*cflusher.Flusher) error) []string {
	path := filepath.Join(t.TempDir(), "out.log")
	config := map[string]interface{}{}
	if err := json.Unmarshal(options, &config); err != nil {
		t.Fatal(err)
	}
	config["FileName"], config["MaxSize"] = path, int64(1)<<40
	f := start(t, "flusher_c_stdout", config)
	if err := flush(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return split(string(out), want)
}

// split cuts text into records: where the next one is as wanted it is taken whole, else up to the
// newline.
func split(text string, want []string) (records []string) {
	for len(text) >= 20 && linePrefix.MatchString(text[:20]) {
		text = text[20:]
		end := strings.IndexByte(text, '\n')
		if n := len(records); n < len(want) && strings.HasPrefix(text, want[n]+"\n") {
			end = len(want[n])
		}
		records = append(records, text[:end])
		text = text[end+1:]
	}
	if text != "" {
		records = append(records, "NOT A RECORD: "+text)
	}
	return records
}

func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("record %d\n got %q\nwant %q", i, got[i], want[i])
		}
	}
}

func TestVectorsStdoutV1(t *testing.T) {
	vector.Read(t, "stdout_v1.jsonl", func(t *testing.T, c *vector.Case) {
		groups, want := c.LogGroups(t), c.Lines(t)
		compareLines(t, printed(t, c.Options, want, func(f *cflusher.Flusher) error {
			return f.Flush("", "", "", groups)
		}), want)
		compareLines(t, printed(t, c.Options, want, func(f *cflusher.Flusher) error {
			return f.FlushPB("", "", "", marshal(t, groups))
		}), want)
	})
}

func TestVectorsStdoutV2(t *testing.T) {
	vector.Read(t, "stdout_v2.jsonl", func(t *testing.T, c *vector.Case) {
		group := c.Input.Models()
		want := c.Lines(t)
		got := printed(t, c.Options, want, func(f *cflusher.Flusher) error {
			return f.Export([]*models.PipelineGroupEvents{group}, nil)
		})
		if c.Expect.Panic != "" { // the native one ends here; ours goes on, with all events
			events := len(group.Events)
			if strings.Contains(string(c.Options), `"Tags":true`) {
				events++
			}
			if len(got) != events {
				t.Errorf("%d records, want all %d", len(got), events)
			}
			for i, line := range got {
				if i < len(want) && line != want[i] {
					t.Errorf("record %d\n got %q\nwant %q", i, line, want[i])
				}
				if strings.HasPrefix(line, "{") {
					requireJSON(t, line)
				}
			}
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%d records, want %d:\n%q", len(got), len(want), got)
		}
		invalid := map[int]bool{}
		for _, i := range c.Expect.NativeInvalidLines {
			invalid[i] = true
		}
		header := strings.Contains(string(c.Options), `"Tags":true`)
		for i := range want {
			if !invalid[i] {
				if got[i] != want[i] {
					t.Errorf("record %d\n got %q\nwant %q", i, got[i], want[i])
				}
				continue
			}
			event := i
			if header {
				event--
			}
			requireJSON(t, got[i])
			requireData(t, got[i], group.Events[event])
		}
	})
}

func requireJSON(t *testing.T, line string) {
	t.Helper()
	if !json.Valid([]byte(line)) {
		t.Errorf("not JSON: %q", line)
	}
}

// requireData checks that a line that is natively broken holds the data of its event: everything
// that Go would print of it occurs in the line, in the spelling of JSON.
func requireData(t *testing.T, line string, event models.PipelineEvent) {
	t.Helper()
	var got map[string]interface{}
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Errorf("%v: %q", err, line)
		return
	}
	contains := func(key string, want interface{}) {
		t.Helper()
		if fmt.Sprint(got[key]) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v in %q", key, got[key], want, line)
		}
	}
	switch e := event.(type) {
	case *models.Log:
		for key, v := range e.Contents.Iterator() {
			contains(jsonText(key), jsonValue(v))
		}
	case models.ByteArray:
		contains("byteArray", jsonText(string(e)))
	case *models.Span:
		contains("traceID", jsonText(e.TraceID))
		contains("spanID", jsonText(e.SpanID))
		contains("parentSpanID", jsonText(e.ParentSpanID))
		contains("traceState", jsonText(e.TraceState))
		for key, want := range map[string]int{"links": len(e.Links), "events": len(e.Events)} {
			if list, ok := got[key].([]interface{}); !ok || len(list) != want {
				t.Errorf("%s: got %v, want %d of them", key, got[key], want)
			}
		}
	}
}

// jsonText is what a JSON reader makes of raw bytes: each invalid one reads as U+FFFD.
func jsonText(s string) string {
	return string([]rune(s))
}

func jsonValue(v interface{}) interface{} {
	switch v := v.(type) {
	case []byte:
		return jsonText(string(v))
	case string:
		return jsonText(v)
	case uint64, int64, int:
		var number float64
		_, _ = fmt.Sscan(fmt.Sprint(v), &number)
		return number
	}
	return v
}

func TestVectorsStdoutRolling(t *testing.T) {
	vector.Read(t, "stdout_rolling.jsonl", func(t *testing.T, c *vector.Case) {
		dir := t.TempDir()
		config := bytes.ReplaceAll(c.Config, []byte("${DIR}"), []byte(dir))
		for name, content := range c.Existing {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f := start(t, "flusher_c_stdout", json.RawMessage(config))
		if err := f.Flush("", "", "", c.LogGroups(t)); err != nil {
			t.Fatal(err)
		}
		if err := f.Stop(); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if _, ok := c.Expect.Files[entry.Name()]; !ok {
				t.Errorf("%s is there, but should not be", entry.Name())
			}
		}
		for name, want := range c.Expect.Files {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Error(err)
				continue
			}
			if int64(len(content)) != want.Size {
				t.Errorf("%s: %d bytes, want %d", name, len(content), want.Size)
			}
			compareLines(t, rollLines(string(content)), want.Lines)
		}
	})
}

// rollLines are the records of a file; what stands before the first begins with PRE:.
func rollLines(text string) (lines []string) {
	first := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d `).FindStringIndex(text)
	before := len(text)
	if first != nil {
		before = first[0]
	}
	if before > 0 {
		lines = append(lines, "PRE:"+text[:before])
	}
	return append(lines, split(text[before:], nil)...)
}

func TestVectorsNotCoveredYet(t *testing.T) {
	names, err := vector.NotCovered()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		fmt.Printf("vectors %s: not covered yet\n", name)
	}
}

func encode(t testing.TB, v interface{}) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func contains(list []string, item string) bool {
	for _, other := range list {
		if other == item {
			return true
		}
	}
	return false
}
