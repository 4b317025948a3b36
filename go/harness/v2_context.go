// The pipeline contexts of v2 plugins, each with a collector of its own kind.

package harness

import (
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// queueContext puts groups into a queue and blocks while it is full.
type queueContext struct {
	queue func() chan *models.PipelineGroupEvents
}

// listContext gathers groups in a list.
type listContext struct {
	groups []*models.PipelineGroupEvents
}

// noContext drops everything. It is what flushers are given.
type noContext struct{}

var (
	_ pipeline.PipelineCollector = (*queueContext)(nil)
	_ pipeline.PipelineCollector = (*listContext)(nil)
	_ pipeline.PipelineCollector = noContext{}
)

func groupOf(info *models.GroupInfo, events []models.PipelineEvent) *models.PipelineGroupEvents {
	return &models.PipelineGroupEvents{Group: info, Events: events}
}

func (c *queueContext) Collector() pipeline.PipelineCollector { return c }

func (c *queueContext) Collect(info *models.GroupInfo, events ...models.PipelineEvent) {
	if len(events) > 0 {
		c.queue() <- groupOf(info, events)
	}
}

func (c *queueContext) CollectList(groups ...*models.PipelineGroupEvents) {
	for _, group := range groups {
		c.queue() <- group
	}
}

func (c *queueContext) ToArray() []*models.PipelineGroupEvents    { return nil }
func (c *queueContext) Observe() chan *models.PipelineGroupEvents { return c.queue() }
func (c *queueContext) Close()                                    {}

func (c *listContext) Collector() pipeline.PipelineCollector { return c }

func (c *listContext) Collect(info *models.GroupInfo, events ...models.PipelineEvent) {
	if len(events) > 0 {
		c.groups = append(c.groups, groupOf(info, events))
	}
}

func (c *listContext) CollectList(groups ...*models.PipelineGroupEvents) {
	c.groups = append(c.groups, groups...)
}

func (c *listContext) ToArray() []*models.PipelineGroupEvents    { return c.groups }
func (c *listContext) Observe() chan *models.PipelineGroupEvents { return nil }
func (c *listContext) Close()                                    { c.groups = nil }

func (noContext) Collector() pipeline.PipelineCollector              { return noContext{} }
func (noContext) Collect(*models.GroupInfo, ...models.PipelineEvent) {}
func (noContext) CollectList(...*models.PipelineGroupEvents)         {}
func (noContext) ToArray() []*models.PipelineGroupEvents             { return nil }
func (noContext) Observe() chan *models.PipelineGroupEvents          { return nil }
func (noContext) Close()                                             {}
