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

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// serviceIDs feeds records with ids, and then is over.
type serviceIDs struct {
	First, Count, PauseMs int
	LargeEvery            int // one of so many has a text of 4000 bytes; 0: none
	OldEvery              int // likewise, a time of three years ago
	KeylessEvery          int // likewise, no key

	end  chan struct{}
	once sync.Once
}

func idOf(i int) string { return fmt.Sprintf("r%07d", i) }

func (*serviceIDs) Init(pipeline.Context) (int, error) { return 0, nil }
func (*serviceIDs) Description() string                { return "feeds records with ids" }

// keys are as many as records have different ones.
const keys = 8

func keyOf(i int) string { return fmt.Sprintf("k%d", i%keys) }

var text = strings.Repeat("some text ", 8)

// isOne tells whether i is one of every so many; 0: none is.
func isOne(i, every int) bool { return every > 0 && i%every == every/2 }

// each calls for each record, until the input is to end.
func (s *serviceIDs) each(record func(i int)) {
	for i := s.First; i < s.First+s.Count; i++ {
		select {
		case <-s.end:
			return
		default:
			if s.PauseMs > 0 && i%25 == 24 {
				time.Sleep(time.Duration(s.PauseMs) * time.Millisecond)
			}
			record(i)
		}
	}
}

func (s *serviceIDs) Start(c pipeline.Collector) error {
	s.each(func(i int) {
		text := text
		if s.LargeEvery > 0 && i%s.LargeEvery == s.LargeEvery-1 {
			text = strings.Repeat("large", 800)
		}
		names, at := []string{"id", "key", "text"}, time.Now()
		if isOne(i, s.OldEvery) {
			at = at.AddDate(-3, 0, 0)
		}
		if isOne(i, s.KeylessEvery) {
			names[1] = "other"
		}
		c.AddDataArray(nil, names, []string{idOf(i), keyOf(i), text}, at)
	})
	return nil
}

// StartService feeds a v2 pipeline, a record to a group.
func (s *serviceIDs) StartService(ctx pipeline.PipelineContext) error {
	s.each(func(i int) {
		contents := models.NewLogContents()
		contents.AddAll(map[string]interface{}{"id": idOf(i), "key": keyOf(i), "text": text})
		now := uint64(time.Now().UnixNano())
		ctx.Collector().Collect(models.NewGroup(models.NewMetadata(), models.NewTags()),
			&models.Log{Tags: models.NewTags(), Timestamp: now, ObservedTimestamp: now, Contents: contents})
	})
	return nil
}

func (s *serviceIDs) Stop() error {
	s.once.Do(func() { close(s.end) })
	return nil
}

// logs keeps what host and flushers log; with ILF_FAULTS=show, or kafka-show, it is shown too.
var logs = &logBuffer{}

type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.HasSuffix(os.Getenv("ILF_FAULTS"), "show") {
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
