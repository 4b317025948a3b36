package cflusher

import (
	"reflect"
	"strings"
	"testing"
)

func TestExplainsOneOptionOrSaysWhatIsNearest(t *testing.T) {
	page, err := Explain("flusher_c_stdout", "filename")
	if err != nil || !strings.HasPrefix(page, "  FileName  text, ") {
		t.Errorf("%v, %q", err, page)
	}
	for _, c := range []struct{ name, key, want string }{
		{"flusher_c_stdot", "", "no flusher 'flusher_c_stdot'; did you mean flusher_c_stdout?"},
		{"flusher_c_stdot", "FileName", "no flusher 'flusher_c_stdot'; did you mean flusher_c_stdout?"},
		{"flusher_c_stdout", "FileNam", "flusher_c_stdout: no option 'FileNam'; did you mean FileName?"},
	} {
		if page, err := Explain(c.name, c.key); err == nil || err.Error() != c.want || page != "" {
			t.Errorf("%s %s: got %v, %q", c.name, c.key, err, page)
		}
	}
}

func TestChecksADetailWithoutStartingAnything(t *testing.T) {
	f := &Flusher{name: "flusher_c_stdout"}
	for detail, want := range map[string][]string{
		`null`:                      nil,
		`{"FileName":"/no/such/x"}`: {"open '/no/such/x': No such file or directory: create the folder first"},
		`{"StopTimeout":30}`:        {"detail.StopTimeout: warning: 30 is nanoseconds: write 30s"},
		`{"FileNam":"x","MaxSize":"much","Timestamp":null}`: {
			"detail.FileNam: no such option; did you mean FileName?",
			`detail.MaxSize: want a size: bytes, or text such as "512KiB" or "10MB", got "much"`},
		`{"FileName":`: {"detail: not JSON: unexpected token near end of file at line 1, column 12"},
	} {
		if got := f.Check([]byte(detail)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q", detail, got)
		}
	}
	if f.c != 0 {
		t.Error("made an instance")
	}
}
