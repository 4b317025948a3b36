// The processor processor_default, which changes nothing: configs of the host name it.

package harness

import (
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

type defaultProcessor struct{}

func init() {
	pipeline.AddProcessorCreator("processor_default", func() pipeline.Processor { return &defaultProcessor{} })
}

func (*defaultProcessor) Init(pipeline.Context) error                      { return nil }
func (*defaultProcessor) Description() string                              { return "changes nothing" }
func (*defaultProcessor) ProcessLogs(logs []*protocol.Log) []*protocol.Log { return logs }
func (*defaultProcessor) Process(in *models.PipelineGroupEvents, c pipeline.PipelineContext) {
	c.Collector().CollectList(in)
}
