// What the mock inputs have in common: logs of given fields and a growing index.

package harness

import (
	"strconv"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

type mock struct {
	Tags   map[string]string
	Fields map[string]string
	Index  int64 // of the log before the first

	constant []protocol.Log_Content // tags, then fields, in the order of their keys
}

func (m *mock) prepare() {
	m.constant = nil
	for _, key := range sortedKeys(m.Tags) {
		m.constant = append(m.constant, protocol.Log_Content{Key: tagPrefix + key, Value: m.Tags[key]})
	}
	for _, key := range sortedKeys(m.Fields) {
		m.constant = append(m.constant, protocol.Log_Content{Key: key, Value: m.Fields[key]})
	}
}

func (m *mock) nextIndex() string {
	m.Index++
	return strconv.FormatInt(m.Index, 10)
}

// sendLog gives each log contents of its own, because processors may change them.
func (m *mock) sendLog(c pipeline.Collector, more ...protocol.Log_Content) {
	contents := make([]protocol.Log_Content, 0, len(m.constant)+len(more)+1)
	contents = append(contents, m.constant...)
	contents = append(contents, protocol.Log_Content{Key: "Index", Value: m.nextIndex()})
	contents = append(contents, more...)
	if own, isOurs := c.(*collector); isOurs {
		own.AddRawLog(own.newLog(time.Now(), contents))
		return
	}
	columns, values := make([]string, len(contents)), make([]string, len(contents))
	for i, content := range contents {
		columns[i], values[i] = content.Key, content.Value
	}
	c.AddDataArray(nil, columns, values)
}

func (m *mock) event(more ...protocol.Log_Content) models.PipelineEvent {
	tags := models.NewTags()
	tags.AddAll(m.Tags)
	contents := models.NewLogContents()
	for key, value := range m.Fields {
		contents.Add(key, value)
	}
	contents.Add("Index", m.nextIndex())
	for _, content := range more {
		contents.Add(content.Key, content.Value)
	}
	now := uint64(time.Now().UnixNano())
	return &models.Log{Tags: tags, Timestamp: now, ObservedTimestamp: now, Contents: contents}
}

// sendEvents puts events into a group of their own: the host adds tags to it.
func sendEvents(ctx pipeline.PipelineContext, events []models.PipelineEvent) {
	if len(events) > 0 {
		ctx.Collector().Collect(models.NewGroup(models.NewMetadata(), models.NewTags()), events...)
	}
}
