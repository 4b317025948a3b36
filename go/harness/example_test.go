package harness_test

import (
	"errors"
	"fmt"

	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"

	"ilf.local/go/harness"
)

// fullDisk is a flusher that refuses everything.
type fullDisk struct{}

func (fullDisk) Init(pipeline.Context) error        { return nil }
func (fullDisk) Description() string                { return "refuses everything" }
func (fullDisk) IsReady(string, string, int64) bool { return true }
func (fullDisk) SetUrgent(bool)                     {}
func (fullDisk) Stop() error                        { return nil }
func (fullDisk) Flush(_, _, _ string, groups []*protocol.LogGroup) error {
	return errors.New("disk full")
}

// A flusher that refuses data loses it, whatever the release.
func Example() {
	pipeline.AddFlusherCreator("flusher_full_disk", func() pipeline.Flusher { return &fullDisk{} })
	trace := &harness.Trace{}
	agent := harness.New(harness.Config{
		Release: harness.V20,
		Observe: trace.Observe,
		Logf:    func(string, ...interface{}) {},
	})
	err := agent.Run(harness.LoadedConfig{
		ConfigName: "example",
		JSONStr: `{"inputs": [{"type": "service_mock", "detail": {"MaxLogCount": 5}}],
			"flushers": [{"type": "flusher_full_disk"}]}`,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	<-agent.Delivered()
	if err := agent.StopAll(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(trace)
	fmt.Println("lost:", agent.Stats().LostRecords)
	// Output:
	// Init
	// SetUrgent true
	// IsReady true
	// Flush 1 groups 5 records: disk full
	// Stop
	// lost: 5
}
