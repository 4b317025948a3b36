// The input metric_mock: one log per interval.

package harness

import (
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

type metricMock struct {
	mock
}

func init() {
	pipeline.AddMetricCreator("metric_mock", func() pipeline.MetricInput { return &metricMock{} })
}

func (m *metricMock) Init(pipeline.Context) (int, error) {
	m.prepare()
	return 0, nil
}

func (m *metricMock) Description() string { return "makes up a log per interval" }

// Collect feeds v1 pipelines.
func (m *metricMock) Collect(c pipeline.Collector) error {
	m.sendLog(c)
	return nil
}

// Read feeds v2 pipelines.
func (m *metricMock) Read(ctx pipeline.PipelineContext) error {
	sendEvents(ctx, []models.PipelineEvent{m.event()})
	return nil
}
