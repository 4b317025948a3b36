// The groups that an aggregator has open for one source of logs.

package harness

import (
	"fmt"
	"hash/fnv"

	"github.com/alibaba/ilogtail/pkg/protocol"
)

const packIDTag = "__pack_id__"

type openGroups struct {
	groups []*protocol.LogGroup
	sizes  []int // of the groups, in bytes
	pack   pack
}

// pack numbers the groups of a source, so that a reader can put them in order.
type pack struct {
	prefix uint64
	next   uint64
}

func newPack(seed uint64, source string) pack {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(source))
	return pack{prefix: seed ^ hash.Sum64()}
}

func (p *pack) id() string {
	p.next++
	return fmt.Sprintf("%016X-%X", p.prefix, p.next)
}

// logBytes is what a log counts towards the limit.
func logBytes(log *protocol.Log) int {
	size := 6
	for _, content := range log.Contents {
		size += len(content.Key) + len(content.Value) + 5
	}
	return size
}

// fits tells whether the newest group has room. A log that is larger than the
// limit by itself gets a group of its own.
func (o *openGroups) fits(size, maxLogs int) bool {
	newest := len(o.groups) - 1
	return newest >= 0 && len(o.groups[newest].Logs) < maxLogs && o.sizes[newest]+size <= maxGroupBytes
}

// open starts a group, with what the context of the log knows about its origin.
func (o *openGroups) open(g *gatherer, ctx map[string]interface{}) {
	group := &protocol.LogGroup{
		Logs:  make([]*protocol.Log, 0, g.MaxLogCount),
		Topic: g.Topic,
	}
	if topic, given := ctx["topic"].(string); given && topic != "" {
		group.Topic = topic
	}
	if tags, given := ctx["tags"].([]*protocol.LogTag); given {
		group.LogTags = append(group.LogTags, tags...)
	}
	if g.PackFlag {
		group.LogTags = append(group.LogTags, &protocol.LogTag{Key: packIDTag, Value: o.pack.id()})
	}
	o.groups = append(o.groups, group)
	o.sizes = append(o.sizes, 0)
}

func (o *openGroups) add(log *protocol.Log, size int) {
	newest := len(o.groups) - 1
	o.groups[newest].Logs = append(o.groups[newest].Logs, log)
	o.sizes[newest] += size
}

// shift forgets the oldest group and returns its size.
func (o *openGroups) shift() int {
	size := o.sizes[0]
	o.groups, o.sizes = o.groups[1:], o.sizes[1:]
	return size
}
