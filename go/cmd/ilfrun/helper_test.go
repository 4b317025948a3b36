package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// keeper is a flusher that keeps the first value of every log.
type keeper struct {
	File   string // an option, so that a detail can be seen to arrive
	mu     sync.Mutex
	values []string
	fail   bool // in Flush
	panics bool
	never  bool // ready
	asked  atomic.Bool
	stop   error
}

// theKeeper is the flusher_keep of the running test.
var theKeeper atomic.Value

func init() {
	pipeline.AddFlusherCreator("flusher_keep", func() pipeline.Flusher {
		k, _ := theKeeper.Load().(*keeper)
		return k
	})
}

func newKeeper() *keeper {
	k := &keeper{}
	theKeeper.Store(k)
	return k
}

func (k *keeper) Init(pipeline.Context) error { return nil }
func (k *keeper) Description() string         { return "keeps" }
func (k *keeper) SetUrgent(bool)              { /* nothing */ }
func (k *keeper) Stop() error                 { return k.stop }

func (k *keeper) IsReady(string, string, int64) bool {
	k.asked.Store(true)
	return !k.never
}

func (k *keeper) Flush(_, _, _ string, groups []*protocol.LogGroup) error {
	if k.panics {
		panic("boom")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, group := range groups {
		for _, log := range group.Logs {
			k.values = append(k.values, log.Contents[0].Value)
		}
	}
	if k.fail {
		return errors.New("no room")
	}
	return nil
}

func (k *keeper) got() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.values, " ")
}

// result is what a run leaves behind.
type result struct {
	status         int
	stdout, stderr string
}

// folder is a working directory with files in it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// start runs ilfrun in a goroutine; the result comes when it ends.
func start(t *testing.T, dir string, signals <-chan os.Signal, environ []string, args ...string) <-chan result {
	t.Helper()
	out, err := os.Create(filepath.Join(dir, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	errs, err := os.Create(filepath.Join(dir, "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plugin", "global", "flusher"} {
		file := map[string]string{"flusher": "default_flusher"}[name]
		if file == "" {
			file = name
		}
		args = append([]string{"-" + name, filepath.Join(dir, file+".json")}, args...)
	}
	done := make(chan result, 1)
	go func() {
		status := run(args, program{environ: environ, stdout: out, stderr: errs, signals: signals,
			parkedBudget: 100 * time.Millisecond})
		_ = out.Close()
		_ = errs.Close()
		text, _ := os.ReadFile(out.Name())
		errText, _ := os.ReadFile(errs.Name())
		done <- result{status, string(text), string(errText)}
	}()
	return done
}

// runIn runs ilfrun to its end.
func runIn(t *testing.T, dir string, args ...string) result {
	t.Helper()
	return finished(t, start(t, dir, make(chan os.Signal), nil, args...))
}

func finished(t *testing.T, done <-chan result) result {
	t.Helper()
	select {
	case r := <-done:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("ilfrun does not end")
		return result{}
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happens: %s", what)
		}
	}
}

func (r result) must(t *testing.T, status int, inStderr string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.stderr, inStderr) || inStderr == "" && r.stderr != "" {
		t.Errorf("status %d, want %d; stderr, where %q is wanted:\n%s", r.status, status, inStderr, r.stderr)
	}
	if r.stdout != "" {
		t.Errorf("stdout is for flushers, but holds %q", r.stdout)
	}
}

const keepMock = `{"inputs": [{"type": "service_mock", "detail": {"MaxLogCount": 3}}],
	"flushers": [{"type": "flusher_keep", "detail": {"File": "f"}}]}`

const keepEndless = `{"inputs": [{"type": "service_mock", "detail": {"LogsPerSecond": 1000}}],
	"flushers": [{"type": "flusher_keep"}]}`
