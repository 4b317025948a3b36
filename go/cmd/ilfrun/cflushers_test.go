package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ilf.local/go/cflusher"
)

// Without the library every question must say so; with it, it must be answered.
func TestAnswersOrSaysThatTheLibraryIsMissing(t *testing.T) {
	pages := filepath.Join(t.TempDir(), "pages")
	for _, c := range []struct {
		name string
		ask  func(*bytes.Buffer) error
		want string
	}{
		{"-list", func(b *bytes.Buffer) error { return listFlushers(b) }, "library: "},
		{"-explain", func(b *bytes.Buffer) error { return explainFlusher(b, stdoutFlusher, "") }, "FileName"},
		{"-explain with a key", func(b *bytes.Buffer) error { return explainFlusher(b, stdoutFlusher, "filename") }, "FileName"},
		{"-doc", func(b *bytes.Buffer) error {
			if err := writePages(pages); err != nil {
				return err
			}
			page, err := os.ReadFile(filepath.Join(pages, stdoutFlusher+".md"))
			b.Write(page)
			return err
		}, "# " + stdoutFlusher},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := c.ask(&out)
			if cflusher.LibraryPath() == "" {
				if err == nil || out.Len() > 0 {
					t.Errorf("no library, but %q", out.String())
				}
				return
			}
			if err != nil || !strings.Contains(out.String(), c.want) {
				t.Errorf("%v, %q lacks %q", err, out.String(), c.want)
			}
		})
	}
	if err := explainFlusher(&bytes.Buffer{}, "flusher_c_no_such", ""); err == nil {
		t.Error("explains a flusher that is not there")
	}
}

func TestKnowsWhichPipelinesWriteToTheConsole(t *testing.T) {
	for _, c := range []struct {
		config string
		want   bool
	}{
		{`{"flushers": [{"type": "flusher_c_stdout/1", "detail": {"onlystdout": true}}]}`, true},
		{`{"flushers": [{"type": "flusher_stdout", "detail": {"OnlyStdout": true}}]}`, true},
		{`{"flushers": [{"type": "flusher_c_stdout", "detail": {"OnlyStdout": false}}]}`, false},
		{`{"flushers": [{"type": "flusher_c_stdout"}]}`, false},
		{`{"flushers": [{"type": "flusher_x", "detail": {"OnlyStdout": true}}]}`, false},
		{`{"flushers": 5}`, false},
	} {
		if got := writesToConsole([]json.RawMessage{[]byte(c.config)}); got != c.want {
			t.Errorf("%s: %v", c.config, got)
		}
	}
}
