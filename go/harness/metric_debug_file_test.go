package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/models"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadsLinesAsTheyAreAndJoinsThem(t *testing.T) {
	long := strings.Repeat("x", 600<<10) // more than the buffer
	for _, c := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"an empty file", "", 0, ""},
		{"a last line without a newline", "a\nb", 0, "a\nb"},
		{"a last line with one", "a\nb\n", 0, "a\nb"},
		{"empty lines", "\n\na\n", 0, "\n\na"},
		{"carriage returns", "a\r\n\r\nb\r", 0, "a\n\nb\r"},
		{"a limit", "a\nb\nc\n", 2, "a\nb"},
		{"a negative limit", "a\nb\nc\n", -1, "a\nb\nc"},
		{"a long line", "a\n" + long + "\nb\n", 0, "a\n" + long + "\nb"},
		{"a long last line", long, 0, long},
		{"bytes that are no text", "\xff\x00\n", 0, "\xff\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &debugFile{InputFilePath: write(t, c.text), LineLimit: c.limit}
			if err := d.read(); err != nil || d.text != c.want {
				t.Errorf("got %.100q, %v", d.text, err)
			}
		})
	}
}

const splitter = `"processors": [{"type": "processor_split_log_string", "detail": {"SplitSep": "\n"}}],`

func fileInput(path, more string) string {
	return fmt.Sprintf(`"inputs": [{"type": "metric_debug_file", "detail": {"InputFilePath": %q%s}}],`, path, more)
}

func TestBringsTheFileAsOneLogEachTime(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", fileInput(write(t, "a\nb\n"), ""), "flusher_a")))
	eventually(t, "three rounds", func() bool { return f.count() >= 3 })
	r.must(r.StopAll())
	if got := f.values(); !strings.HasPrefix(got, "a\nb a\nb a\nb") {
		t.Errorf("got %q", got)
	}
}

func TestBringsTheFileOnceWithOnce(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Once = true })
		input := fileInput(write(t, strings.Repeat("x\n", 3000)), `, "LineLimit": 0`)
		r.must(r.Run(configWith("c", splitter+input, "flusher_a")))
		<-r.Delivered()
		r.must(r.StopAll())
		if f.count() != 3000 || f.groups[0].Logs[0].Contents[0].Key != "content" {
			t.Errorf("%d logs, the first is %v", f.count(), f.groups[0].Logs[0])
		}
	})
}

func TestLimitsLinesTo1000ByDefaultAndNamesTheField(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3, func(c *Config) { c.Once = true })
	input := fileInput(write(t, strings.Repeat("x\n", 3000)), `, "FieldName": "f"`)
	r.must(r.Run(configWith("c", splitter+input, "flusher_a")))
	<-r.Delivered()
	r.must(r.StopAll())
	if f.count() != 1000 || f.groups[0].Logs[0].Contents[0].Key != "f" {
		t.Errorf("%d logs, the first is %v", f.count(), f.groups[0].Logs[0])
	}
}

func TestBringsAFileAsOneEventThatSplitsIntoGroups(t *testing.T) {
	for field, others := range map[string]int{"content": 0, "f": 1} {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, V3, func(c *Config) { c.Once = true })
		input := fileInput(write(t, strings.Repeat("x\n", 1500)), fmt.Sprintf(`, "LineLimit": 0, "FieldName": %q`, field))
		r.must(r.Run(v2Config(V3, "c", splitter+input, "flusher_a")))
		<-r.Delivered()
		r.must(r.StopAll())
		if len(f.events) != 2 || len(f.events[0].Events) != 1024 || len(f.events[1].Events) != 476 {
			t.Fatalf("%d groups", len(f.events))
		}
		log, _ := f.events[1].Events[0].(*models.Log)
		if string(log.GetBody()) != "x" || log.Contents.Len() != 1+others || log.Name != "debug_log" || log.Level != "info" {
			t.Errorf("%+v, contents %v", log, log.Contents.Iterator())
		}
		if f.events[0].Group == f.events[1].Group {
			t.Error("two groups share their tags")
		}
	}
}

func TestSaysWhatTheUserWillWantToKnowAboutTheFile(t *testing.T) {
	register(t, "flusher_a", &fake{})
	for text, want := range map[string]string{"": "is empty", "\x1f\x8b\x08": "is compressed by gzip", "x": ""} {
		var out bytes.Buffer
		restore := logger.SetOutput(&out)
		err := newRig(t, V3).Load(configWith("c", fileInput(write(t, text), ""), "flusher_a"))
		logger.SetOutput(restore)
		if err != nil || !strings.Contains(out.String(), want) || want == "" && out.Len() > 0 {
			t.Errorf("%q: %v, said %q", text, err, out.String())
		}
	}
}

func TestAFolderIsNoFileToRead(t *testing.T) {
	register(t, "flusher_a", &fake{})
	err := newRig(t, V3).Load(configWith("c", fileInput(t.TempDir(), ""), "flusher_a"))
	if err == nil || !strings.Contains(err.Error(), "InputFilePath: ") || !strings.Contains(err.Error(), "is a directory") {
		t.Error(err)
	}
}

// In the detail of a metric input IntervalMs is the host's, whatever the input.
func TestTheIntervalOfAMetricInputIsInItsDetail(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Global.InputIntervalMs = 3600000 })
		r.must(r.Run(configWith("c", fileInput(write(t, "a"), `, "IntervalMs": 1`), "flusher_a")))
		eventually(t, "three rounds", func() bool { return f.count() >= 3 })
		r.must(r.StopAll())
		if _, problems := r.Check(configWith("c", fileInput(write(t, "a"), `, "IntervalMs": 1`), "flusher_a").JSONStr); len(problems) > 0 {
			t.Error(problems)
		}
	})
	for detail, want := range map[string]int{`{"IntervalMs": 7}`: 7, `{"intervalms": 7}`: 5, `{"IntervalMs": "7"}`: 5, `null`: 5} {
		var given interface{}
		if err := json.Unmarshal([]byte(detail), &given); err != nil {
			t.Fatal(err)
		}
		if got := intervalMs(given, 5); got != want {
			t.Errorf("%s: %d", detail, got)
		}
	}
}
