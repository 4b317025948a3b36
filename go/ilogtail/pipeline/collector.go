// What stands between the inputs and the aggregators of v1 pipelines.

package pipeline

import (
	"time"

	"github.com/alibaba/ilogtail/pkg/protocol"
)

// Collector takes the logs of v1 inputs. It blocks while the pipeline is full.
type Collector interface {
	AddData(tags map[string]string, fields map[string]string, t ...time.Time)
	AddDataArray(tags map[string]string, columns []string, values []string, t ...time.Time)
	AddRawLog(log *protocol.Log)
	AddDataWithContext(tags map[string]string, fields map[string]string, ctx map[string]interface{}, t ...time.Time)
	AddDataArrayWithContext(tags map[string]string, columns []string, values []string, ctx map[string]interface{},
		t ...time.Time)
	AddRawLogWithContext(log *protocol.Log, ctx map[string]interface{})
}

// LogWithContext is a log with what its input knew about where it came from.
type LogWithContext struct {
	Log     *protocol.Log
	Context map[string]interface{}
}

// LogGroupQueue is where v1 aggregators put a group that is full.
type LogGroupQueue interface {
	// Add fails when the queue is full.
	Add(loggroup *protocol.LogGroup) error
	// AddWithWait fails when the queue stays full for the duration.
	AddWithWait(loggroup *protocol.LogGroup, duration time.Duration) error
}
