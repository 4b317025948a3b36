// The aggregators: logs are gathered into groups of limited size. In v2
// pipelines they pass groups on at once, which is the host's default there.

package harness

import (
	"math/rand"
	"sync"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// The host's limits.
const (
	maxGroupLogs   = 1024
	maxGroupBytes  = 3 << 20
	maxSourceBytes = 10 << 20 // of all sources together, in aggregator_context
)

// gatherer is what aggregator_base and aggregator_context have in common. The
// one has a single source, the other as many as the contexts of its logs name.
type gatherer struct {
	MaxLogGroupCount int
	MaxLogCount      int
	PackFlag         bool
	Topic            string

	bySource bool
	queue    pipeline.LogGroupQueue
	seed     uint64

	mu      sync.Mutex
	sources map[string]*openGroups
	bytes   int // in all sources
}

func init() {
	pipeline.AddAggregatorCreator("aggregator_base", func() pipeline.Aggregator {
		return &gatherer{MaxLogGroupCount: 4, MaxLogCount: maxGroupLogs, PackFlag: true}
	})
	pipeline.AddAggregatorCreator("aggregator_context", func() pipeline.Aggregator {
		return &gatherer{MaxLogGroupCount: 2, MaxLogCount: maxGroupLogs, PackFlag: true, bySource: true}
	})
}

func (g *gatherer) Init(_ pipeline.Context, queue pipeline.LogGroupQueue) (int, error) {
	g.queue = queue
	g.seed = rand.Uint64()
	g.sources = map[string]*openGroups{}
	if g.MaxLogGroupCount < 1 {
		g.MaxLogGroupCount = 1
	}
	if g.MaxLogCount < 1 {
		g.MaxLogCount = maxGroupLogs
	}
	return 0, nil
}

func (g *gatherer) Description() string { return "gathers logs into groups" }

// Reset forgets everything that was gathered.
func (g *gatherer) Reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sources = map[string]*openGroups{}
	g.bytes = 0
}

// Add fails when there is no room for the log and none in the queue for a full group.
func (g *gatherer) Add(log *protocol.Log, ctx map[string]interface{}) error {
	size := logBytes(log)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.bySource && g.bytes+size > maxSourceBytes {
		if err := g.pushAll(); err != nil {
			return err
		}
	}
	source := g.source(ctx)
	if !source.fits(size, g.MaxLogCount) {
		if len(source.groups) >= g.MaxLogGroupCount {
			if err := g.queue.Add(source.groups[0]); err != nil {
				return err
			}
			g.bytes -= source.shift()
		}
		source.open(g, ctx)
	}
	source.add(log, size)
	g.bytes += size
	return nil
}

func (g *gatherer) source(ctx map[string]interface{}) *openGroups {
	name := ""
	if g.bySource {
		name, _ = ctx["source"].(string)
	}
	source, known := g.sources[name]
	if !known {
		source = &openGroups{pack: newPack(g.seed, name)}
		g.sources[name] = source
	}
	return source
}

func (g *gatherer) pushAll() error {
	for _, source := range g.sources {
		for len(source.groups) > 0 {
			if err := g.queue.Add(source.groups[0]); err != nil {
				return err
			}
			g.bytes -= source.shift()
		}
	}
	return nil
}

// Flush returns all open groups.
func (g *gatherer) Flush() []*protocol.LogGroup {
	g.mu.Lock()
	defer g.mu.Unlock()
	var groups []*protocol.LogGroup
	for _, source := range g.sources {
		groups = append(groups, source.groups...)
		source.groups, source.sizes = nil, nil
	}
	g.bytes = 0
	return groups
}

// Record passes the group on, and blocks while the queue is full.
func (g *gatherer) Record(group *models.PipelineGroupEvents, ctx pipeline.PipelineContext) error {
	ctx.Collector().CollectList(group)
	return nil
}

// GetResult has nothing to push: Record keeps nothing.
func (g *gatherer) GetResult(pipeline.PipelineContext) error { return nil }
