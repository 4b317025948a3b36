// Data from the C++ host, which feeds pipelines without inputs.

package harness

import (
	"fmt"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// Process puts logs into a running v1 pipeline. It blocks while the queue is
// full. The context may have a "source" and a "topic", both strings, and "tags",
// a []*protocol.LogTag; aggregators put them on the group.
func (a *Agent) Process(config string, context map[string]interface{}, logs ...*protocol.Log) error {
	l, err := a.find(config)
	if err != nil {
		return err
	}
	w, isV1 := l.work.(*v1)
	if !isV1 {
		return fmt.Errorf("pipeline %q takes events: use ProcessEvents", config)
	}
	for _, log := range logs {
		if err := w.feed(pipeline.LogWithContext{Log: log, Context: context}); err != nil {
			return err
		}
	}
	return nil
}

// ProcessEvents puts groups into a running v2 pipeline. It blocks while the queue is full.
func (a *Agent) ProcessEvents(config string, groups ...*models.PipelineGroupEvents) error {
	l, err := a.find(config)
	if err != nil {
		return err
	}
	w, isV2 := l.work.(*v2)
	if !isV2 {
		return fmt.Errorf("pipeline %q takes logs: use Process", config)
	}
	for _, group := range groups {
		if err := w.feed(group); err != nil {
			return err
		}
	}
	return nil
}
