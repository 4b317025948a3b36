package faults

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// serviceIDs feeds records with ids, and then is over.
type serviceIDs struct {
	First, Count, PauseMs int

	end  chan struct{}
	once sync.Once
}

func idOf(i int) string { return fmt.Sprintf("r%07d", i) }

func (*serviceIDs) Init(pipeline.Context) (int, error) { return 0, nil }
func (*serviceIDs) Description() string                { return "feeds records with ids" }

func (s *serviceIDs) Start(c pipeline.Collector) error {
	text := strings.Repeat("some text ", 8)
	for i := s.First; i < s.First+s.Count; i++ {
		select {
		case <-s.end:
			return nil
		default:
			if s.PauseMs > 0 && i%25 == 24 {
				time.Sleep(time.Duration(s.PauseMs) * time.Millisecond)
			}
			c.AddDataArray(nil, []string{"id", "text"}, []string{idOf(i), text}, time.Now())
		}
	}
	return nil
}

func (s *serviceIDs) Stop() error {
	s.once.Do(func() { close(s.end) })
	return nil
}

// logs keeps what host and flushers log; with ILF_FAULTS=show it is shown too.
var logs = &logBuffer{}

type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if os.Getenv("ILF_FAULTS") == "show" {
		_, _ = os.Stderr.Write(p)
	}
	return l.text.Write(p)
}

func (l *logBuffer) printf(format string, args ...interface{}) { fmt.Fprintf(l, format+"\n", args...) }

// nowhere is for servers that complain about their clients.
var nowhere = log.New(io.Discard, "", 0)

// has tells whether one line of the log has all of these in it.
func (l *logBuffer) has(parts ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for rest := l.text.Bytes(); len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		all := true
		for _, part := range parts {
			all = all && bytes.Contains(line, []byte(part))
		}
		if all {
			return true
		}
	}
	return false
}
