package harness

import (
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// nullFlusher is always ready and does nothing.
type nullFlusher struct{}

func init() {
	pipeline.AddFlusherCreator("flusher_test_null", func() pipeline.Flusher { return &nullFlusher{} })
}

func (nullFlusher) Init(pipeline.Context) error                                          { return nil }
func (nullFlusher) Description() string                                                  { return "null" }
func (nullFlusher) IsReady(string, string, int64) bool                                   { return true }
func (nullFlusher) SetUrgent(bool)                                                       {}
func (nullFlusher) Stop() error                                                          { return nil }
func (nullFlusher) Flush(string, string, string, []*protocol.LogGroup) error             { return nil }
func (nullFlusher) Export([]*models.PipelineGroupEvents, pipeline.PipelineContext) error { return nil }
