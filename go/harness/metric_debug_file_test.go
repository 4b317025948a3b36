package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

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

func TestReadsLinesAsTheyAre(t *testing.T) {
	long := strings.Repeat("x", 600<<10) // more than the buffer
	for _, c := range []struct {
		name, text string
		limit      int
		want       []string
	}{
		{"an empty file", "", 0, nil},
		{"a last line without a newline", "a\nb", 0, []string{"a", "b"}},
		{"empty lines", "\n\na\n", 0, []string{"", "", "a"}},
		{"carriage returns", "a\r\n\r\nb\r", 0, []string{"a", "", "b\r"}},
		{"a limit", "a\nb\nc\n", 2, []string{"a", "b"}},
		{"a negative limit", "a\nb\nc\n", -1, []string{"a", "b", "c"}},
		{"a long line", "a\n" + long + "\nb\n", 0, []string{"a", long, "b"}},
		{"a long last line", long, 0, []string{long}},
		{"bytes that are no text", "\xff\x00\n", 0, []string{"\xff\x00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &debugFile{InputFilePath: write(t, c.text), LineLimit: c.limit}
			var got []string
			if err := d.lines(func(line string) { got = append(got, line) }); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %.100q, %v", got, err)
			}
		})
	}
}

func fileInput(path, more string) string {
	return fmt.Sprintf(`"inputs": [{"type": "metric_debug_file", "detail": {"InputFilePath": %q%s}}],`, path, more)
}

func TestBringsTheFileOnceMoreEachTime(t *testing.T) {
	f := &fake{}
	register(t, "flusher_a", f)
	r := newRig(t, V3)
	r.must(r.Run(configWith("c", fileInput(write(t, "a\nb\n"), ""), "flusher_a")))
	eventually(t, "three rounds", func() bool { return f.count() >= 6 })
	r.must(r.StopAll())
	if got := f.values(); !strings.HasPrefix(got, "a b a b a b") {
		t.Errorf("got %s", got)
	}
}

func TestBringsTheFileOnceWithOnce(t *testing.T) {
	each(t, func(t *testing.T, release Release) {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, release, func(c *Config) { c.Once = true })
		r.must(r.Run(configWith("c", fileInput(write(t, strings.Repeat("x\n", 3000)), `, "LineLimit": 0`), "flusher_a")))
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
	r.must(r.Run(configWith("c", fileInput(write(t, strings.Repeat("x\n", 3000)), `, "FieldName": "f"`), "flusher_a")))
	<-r.Delivered()
	r.must(r.StopAll())
	if f.count() != 1000 || f.groups[0].Logs[0].Contents[0].Key != "f" {
		t.Errorf("%d logs, the first is %v", f.count(), f.groups[0].Logs[0])
	}
}

func TestBringsLinesAsEventsInGroups(t *testing.T) {
	for field, want := range map[string]interface{}{"content": []byte("x"), "f": "x"} {
		f := &fake{}
		register(t, "flusher_a", f)
		r := newRig(t, V3, func(c *Config) { c.Once = true })
		members := fileInput(write(t, strings.Repeat("x\n", 1500)), fmt.Sprintf(`, "LineLimit": 0, "FieldName": %q`, field))
		r.must(r.Run(v2Config(V3, "c", members, "flusher_a")))
		<-r.Delivered()
		r.must(r.StopAll())
		if len(f.events) != 2 || len(f.events[0].Events) != 1024 || len(f.events[1].Events) != 476 {
			t.Fatalf("%d groups", len(f.events))
		}
		log, _ := f.events[1].Events[0].(*models.Log)
		if got := log.Contents.Get(field); !reflect.DeepEqual(got, want) || log.Contents.Len() != 1 {
			t.Errorf("contents %v", log.Contents.Iterator())
		}
		if f.events[0].Group == f.events[1].Group {
			t.Error("two groups share their tags")
		}
	}
}

func TestDoesNotFinishAHugeFileBeforeItStops(t *testing.T) {
	slow := &fake{onFlush: func() error { time.Sleep(time.Millisecond); return nil }}
	register(t, "flusher_a", slow)
	r := newRig(t, V3)
	path := write(t, strings.Repeat("x\n", 500000))
	r.must(r.Run(configWith("c", single+fileInput(path, `, "LineLimit": 0`), "flusher_a")))
	r.waitStarted("Flush")
	r.must(r.StopAll())
	if got := slow.count(); got == 0 || got > 400000 {
		t.Errorf("%d of 500000 lines", got)
	}
}
