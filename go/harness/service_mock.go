// The input service_mock: logs at a given rate, up to a given number.

package harness

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

type serviceMock struct {
	mock
	LogsPerSecond int    // 0 is as many as the pipeline takes
	MaxLogCount   int    // 0 is without end
	File          string // its lines are the contents, over and over

	lines []string
	sent  int
	end   chan struct{}
	once  sync.Once
}

func init() {
	pipeline.AddServiceCreator("service_mock", func() pipeline.ServiceInput {
		return &serviceMock{end: make(chan struct{})}
	})
}

func (m *serviceMock) Init(pipeline.Context) (int, error) {
	m.prepare()
	if m.File == "" {
		return 0, nil
	}
	file, err := os.Open(m.File)
	if err != nil {
		return 0, fmt.Errorf("File: %w", err)
	}
	defer file.Close()
	for reader := bufio.NewReader(file); ; {
		line, err := readLine(reader)
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("File: %w", err)
		}
		m.lines = append(m.lines, string(line))
	}
	if len(m.lines) == 0 {
		return 0, fmt.Errorf("File: %s is empty: give it at least one line", m.File)
	}
	return 0, nil
}

func (m *serviceMock) Description() string { return "makes up logs at a rate" }

// Start feeds v1 pipelines and returns when all logs are made.
func (m *serviceMock) Start(c pipeline.Collector) error {
	m.produce(func(n int) {
		for ; n > 0; n-- {
			m.sendLog(c, m.content()...)
		}
	})
	return nil
}

// StartService feeds v2 pipelines and returns when all events are made.
func (m *serviceMock) StartService(ctx pipeline.PipelineContext) error {
	m.produce(func(n int) {
		events := make([]models.PipelineEvent, n)
		for i := range events {
			events[i] = m.event(m.content()...)
		}
		sendEvents(ctx, events)
	})
	return nil
}

func (m *serviceMock) Stop() error {
	m.once.Do(func() { close(m.end) })
	return nil
}

// content is the next line of the file, if there is one.
func (m *serviceMock) content() []protocol.Log_Content {
	line := m.sent
	m.sent++
	if len(m.lines) == 0 {
		return nil
	}
	return []protocol.Log_Content{{Key: models.ContentKey, Value: m.lines[line%len(m.lines)]}}
}

// produce calls for as many logs at a time as are due by now, at most as many as
// make a group.
func (m *serviceMock) produce(some func(n int)) {
	start := time.Now()
	for m.MaxLogCount <= 0 || m.sent < m.MaxLogCount {
		select {
		case <-m.end:
			return
		default:
		}
		due := m.due(time.Since(start))
		if due > 0 {
			some(due)
			continue
		}
		next := time.Duration(m.sent) * time.Second / time.Duration(m.LogsPerSecond)
		if wait := next - time.Since(start); !sleep(wait, m.end) {
			return
		}
	}
}

// due is how many logs are behind schedule; the first is due at once.
func (m *serviceMock) due(elapsed time.Duration) int {
	n := maxGroupLogs
	if m.LogsPerSecond > 0 {
		n = int(elapsed.Seconds()*float64(m.LogsPerSecond)) + 1 - m.sent
	}
	if left := m.MaxLogCount - m.sent; m.MaxLogCount > 0 && n > left {
		n = left
	}
	if n > maxGroupLogs {
		n = maxGroupLogs
	}
	return n
}
