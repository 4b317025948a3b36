// The plugins other than flushers. A harness needs them, a flusher does not.

package pipeline

import (
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// The kinds of plugins, which nothing uses in practice.
const (
	MetricInputType = iota
	ServiceInputType
	FilterType
	ProcessorType
	AggregatorType
)

// MetricInput is asked for data at an interval.
type MetricInput interface {
	// Init may return an interval in milliseconds; 0 means the pipeline's.
	Init(Context) (int, error)
	Description() string
}

// MetricInputV1 feeds v1 pipelines.
type MetricInputV1 interface {
	MetricInput
	Collect(Collector) error
}

// MetricInputV2 feeds v2 pipelines.
type MetricInputV2 interface {
	MetricInput
	Read(PipelineContext) error
}

// ServiceInput brings data by itself until it is stopped.
type ServiceInput interface {
	Init(Context) (int, error)
	Description() string
	Stop() error
}

// ServiceInputV1 feeds v1 pipelines.
type ServiceInputV1 interface {
	ServiceInput
	Start(Collector) error
}

// ServiceInputV2 feeds v2 pipelines.
type ServiceInputV2 interface {
	ServiceInput
	StartService(PipelineContext) error
}

// Processor changes data on its way.
type Processor interface {
	Init(Context) error
	Description() string
}

// ProcessorV1 works in v1 pipelines.
type ProcessorV1 interface {
	Processor
	ProcessLogs(logArray []*protocol.Log) []*protocol.Log
}

// ProcessorV2 works in v2 pipelines.
type ProcessorV2 interface {
	Processor
	Process(in *models.PipelineGroupEvents, context PipelineContext)
}

// Aggregator gathers data into groups.
type Aggregator interface {
	// Init may return an interval in milliseconds; 0 means the pipeline's.
	Init(Context, LogGroupQueue) (int, error)
	Description() string
	Reset()
}

// AggregatorV1 works in v1 pipelines.
type AggregatorV1 interface {
	Aggregator
	// Add fails when there is no room; it is then called again with the same log.
	Add(log *protocol.Log, ctx map[string]interface{}) error
	Flush() []*protocol.LogGroup
}

// AggregatorV2 works in v2 pipelines.
type AggregatorV2 interface {
	Aggregator
	Record(*models.PipelineGroupEvents, PipelineContext) error
	GetResult(PipelineContext) error
}
