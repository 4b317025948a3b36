package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"ilf.local/go/cflusher"
)

// sink is an HTTP server that keeps what it takes.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	status int // of bodies that begin with "bad"
}

func newSink(t *testing.T) *sink {
	t.Helper()
	if cflusher.LibraryPath() == "" {
		t.Skip("needs libilf: set $" + cflusher.LibraryVariable)
	}
	s := &sink{status: http.StatusBadRequest}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasPrefix(string(body), "bad") {
			w.WriteHeader(s.status)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies = append(s.bodies, string(body))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) got() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	sort.Strings(s.bodies)
	return strings.Join(s.bodies, " ")
}

// pipelineTo has a flusher for the sink, with more options in front.
func (s *sink) pipelineTo(more string) string {
	return fmt.Sprintf(`{"inputs": [], "flushers": [{"type": "flusher_c_null"},
		{"type": "flusher_c_http/1", "detail": {%s"RemoteURL": %q}}]}`, more, s.URL)
}

func letterOf(body string) string {
	return fmt.Sprintf(`{"flusher":"flusher_c_http","config":"mine","encoded":true,"events":1,"destination":"","body":%q}`+"\n", body)
}

const unencoded = `{"flusher":"flusher_c_http","encoded":false,"events":1,"destination":"","body":"x"}` + "\n"

// startReplay runs `ilfrun replay`; FILE is dead.json in the folder.
func startReplay(t *testing.T, dir string, signals <-chan os.Signal, args ...string) <-chan result {
	t.Helper()
	errs, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan result, 1)
	go func() {
		status := run(append([]string{"replay"}, args...), program{stdout: errs, stderr: errs, signals: signals})
		_ = errs.Close()
		text, _ := os.ReadFile(errs.Name())
		done <- result{status, "", string(text)}
	}()
	return done
}

func replayIn(t *testing.T, dir string, args ...string) result {
	t.Helper()
	file, config := filepath.Join(dir, "dead.json"), filepath.Join(dir, "plugin.json")
	return finished(t, startReplay(t, dir, nil, append([]string{file, "-plugin", config}, args...)...))
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReplaysAFileOfDeadLetters(t *testing.T) {
	s := newSink(t)
	dir := folder(t, map[string]string{"plugin.json": s.pipelineTo(""), "dead.json": letterOf("a") + letterOf("b")})
	replayIn(t, dir).must(t, ok, "ilfrun: 2 dead letters replayed, 2 records: 2 delivered\n")
	if s.got() != "a b" {
		t.Errorf("the sink got %q", s.got())
	}
}

func TestWhatFailsAgainIsKeptAndTheFileStays(t *testing.T) {
	for _, c := range []struct{ name, file, config, failed string }{
		{"without dead letters", "dead.json", "", "dead.json.failed"},
		{"the file is theirs", "dead.json", `"DeadLetters": {"path": "DIR/dead.json"}, `, "dead.json.failed"},
		{"the file was theirs", "dead.json.12", `"DeadLetters": {"Path": "DIR/dead.json"}, `, "dead.json.12.failed"},
		{"they go elsewhere", "dead.json", `"deadLetters": {"Path": "DIR/more"}, `, "more"},
		{"what else would lose or lock", "dead.json",
			`"Spool": {"Path": "/nowhere/at/all"}, "Queue": {"WhenFull": "drop-newest", "MaxBytes": 1}, `, "dead.json.failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSink(t)
			letters := letterOf("a") + unencoded + "torn\n\n" + unencoded + letterOf("bad") + letterOf("b")
			dir := folder(t, map[string]string{c.file: letters})
			config := s.pipelineTo(strings.ReplaceAll(c.config, "DIR", dir))
			if err := os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, c.file)
			r := finished(t, startReplay(t, dir, nil, file, "-plugin", filepath.Join(dir, "plugin.json")))
			r.must(t, failure, "3 dead letters replayed, 3 records: 2 delivered, 1 failed again and are in "+filepath.Join(dir, c.failed)+"\n")
			r.must(t, failure, "2 dead letters skipped, first in line 2: can't be sent: it never had the sink's form")
			r.must(t, failure, "1 dead letters skipped, first in line 3: is no JSON")
			r.must(t, failure, "ilfrun: not all was delivered; every dead letter is still in "+file+"\n")
			if s.got() != "a b" || read(t, dir, c.file) != letters {
				t.Errorf("the sink got %q, the file holds:\n%s", s.got(), read(t, dir, c.file))
			}
			if text := read(t, dir, c.failed); strings.Count(text, "\n") != 1 || !strings.Contains(text, `"config":"mine"`) {
				t.Errorf("failed again:\n%s", text)
			}
		})
	}
}

func TestWaitsForTheSinkAsLongAsItIsTold(t *testing.T) {
	s := newSink(t)
	s.status = http.StatusServiceUnavailable
	dir := folder(t, map[string]string{"plugin.json": s.pipelineTo(`"StopTimeout": "1ms", "Retry": {"InitialDelay": "1ms", "MaxDelay": "1ms"}, `),
		"dead.json": letterOf("bad")})
	replayIn(t, dir, "-wait", "200ms").must(t, failure, "1 records: 0 delivered, 1 failed again and are in ")
	signals := make(chan os.Signal, 2)
	done := startReplay(t, dir, signals, "-wait", "1h", "-plugin", filepath.Join(dir, "plugin.json"), filepath.Join(dir, "dead.json"))
	signals <- os.Interrupt
	finished(t, done).must(t, failure, "0 delivered")
}

func TestSaysWhatIsWrongWithAReplay(t *testing.T) {
	s := newSink(t)
	dir := folder(t, map[string]string{
		"plugin.json": s.pipelineTo(""),
		"two.json":    "[" + s.pipelineTo("") + "," + s.pipelineTo("") + "]",
		"bad.json":    s.pipelineTo(`"Speed": 1, `),
		"dead.json":   letterOf("a"),
		"kafka.json":  strings.ReplaceAll(letterOf("a"), "http", "kafka"),
		"null.json":   strings.ReplaceAll(letterOf("a"), "http", "null"),
		"empty.json":  "\n{}\n",
	})
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"", misuse, "name the file of dead letters"},
		{"a b", misuse, `unexpected argument "b"`},
		{"-no", misuse, "flag provided but not defined: -no"},
		{"-h", ok, "ilfrun replay FILE sends the dead letters"},
		{in("none.json"), failure, "none.json: no such file"},
		{in("empty.json"), failure, "empty.json: there is no dead letter in it"},
		{in("dead.json") + " -flusher flusher_c_x", failure, "there is no dead letter of flusher_c_x in it"},
		{in("dead.json") + " -plugin " + in("none"), failure, "name the pipeline of the dead letters with -plugin"},
		{in("kafka.json") + " -plugin " + in("plugin.json"), failure, "it has no flusher_c_kafka, which the dead letters are of"},
		{in("dead.json") + " -plugin " + in("two.json"), failure, "has 2 flushers flusher_c_http"},
		{in("dead.json") + " -plugin " + in("bad.json"), failure, "flusher_c_http: detail.Speed: no such option"},
		{in("null.json") + " -plugin " + in("plugin.json"), failure, "flusher_c_null"},
	} {
		finished(t, startReplay(t, dir, nil, strings.Fields(c.args)...)).must(t, c.status, c.want)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("disk") }

func TestReadsLinesOfAnyLengthAndTellsWhenItCannot(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	var got []string
	keep := func(number int, line []byte) bool {
		got = append(got, fmt.Sprint(number, len(line)))
		return number < 5
	}
	if err := eachLine(strings.NewReader("one\n\nthree\r\n"+long+"\nlast\nnot"), keep); err != nil {
		t.Error(err)
	}
	if strings.Join(got, ", ") != "1 3, 3 5, 4 1048576, 5 4" {
		t.Error(got)
	}
	if err := eachLine(brokenReader{}, keep); err == nil || err.Error() != "disk" {
		t.Error(err)
	}
}

func TestTheProgressOfAReplayIsItsCounters(t *testing.T) {
	page := "# HELP x\nilf_records_accepted_total{a=\"{ 1} \"} 7\nilf_records_delivered_total{} 2\n" +
		"ilf_records_dropped_total{reason=\"a\"} 1\nilf_records_dropped_total{reason=\"b\"} 1\nilf_records_dead_lettered_total{} 1\n"
	if e := readEnds(page); !reflect.DeepEqual(e, ends{accepted: 7, delivered: 2, dead: 1, dropped: 2}) || e.waiting() != 2 {
		t.Errorf("%+v", e)
	}
	r := &replaying{start: time.Now()}
	if line := r.line(time.Now()); !strings.HasPrefix(line, "0 dead letters  ") {
		t.Error(line)
	}
	for i := 0; i < 30; i++ {
		r.skipped.add(i, fmt.Sprint(i))
	}
	if n := len(r.skipped); n != mostReasons+1 || r.skipped[mostReasons].n != 10 {
		t.Error(r.skipped)
	}
}
