// The processor processor_split_log_string: one log becomes several, by a separator.

package harness

import (
	"context"
	"strings"
	"time"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

type splitProcessor struct {
	SplitKey              string // the first field, or the body in v2, if empty
	SplitSep              string
	PreserveOthers        bool
	NoKeyError            bool
	EnableLogPositionMeta bool // accepted: no input here writes positions

	context context.Context
}

func init() {
	pipeline.AddProcessorCreator("processor_split_log_string", func() pipeline.Processor {
		return &splitProcessor{SplitSep: "\n", PreserveOthers: true}
	})
}

func (p *splitProcessor) Init(c pipeline.Context) error {
	p.context = c.GetRuntimeContext()
	if p.SplitSep == "" {
		p.SplitSep = "\x00"
	}
	return nil
}

func (p *splitProcessor) Description() string { return "splits a log by a separator" }

// parts calls with each part that is not empty.
func (p *splitProcessor) parts(text string, with func(part string)) {
	for more := true; more; {
		var part string
		part, text, more = strings.Cut(text, p.SplitSep)
		if part != "" {
			with(part)
		}
	}
}

func (p *splitProcessor) noKey() {
	if p.NoKeyError {
		logger.Info(p.context, "processor_split_log_string", "no field", "SplitKey", p.SplitKey)
	}
}

// ProcessLogs works in v1 pipelines. The part comes last in its log, as in the host.
func (p *splitProcessor) ProcessLogs(logs []*protocol.Log) []*protocol.Log {
	result := make([]*protocol.Log, 0, len(logs))
	for _, log := range logs {
		result = p.split(result, log)
	}
	return result
}

func (p *splitProcessor) split(result []*protocol.Log, log *protocol.Log) []*protocol.Log {
	var source *protocol.Log_Content
	var others []*protocol.Log_Content
	for _, content := range log.Contents {
		if source == nil && (p.SplitKey == "" || content.Key == p.SplitKey) {
			source = content
		} else if p.PreserveOthers {
			others = append(others, content)
		}
	}
	if log.Time == 0 {
		protocol.SetLogTime(log, uint32(time.Now().Unix()))
	}
	if source == nil {
		p.noKey()
		if p.PreserveOthers {
			result = append(result, log)
		}
		return result
	}
	if n := strings.Count(source.Value, p.SplitSep) + 1; cap(result)-len(result) < n {
		result = append(make([]*protocol.Log, 0, len(result)+n), result...)
	}
	p.parts(source.Value, func(part string) {
		result = append(result, newPart(log, others, source.Key, part))
	})
	return result
}

// newPart makes a log with one content of its own beside copies of others, where
// there are none in a single allocation.
func newPart(of *protocol.Log, others []*protocol.Log_Content, key, value string) *protocol.Log {
	one := &struct {
		log     protocol.Log
		list    [1]*protocol.Log_Content
		content protocol.Log_Content
	}{content: protocol.Log_Content{Key: key, Value: value}}
	one.log.Time, one.log.TimeNs = of.Time, of.TimeNs
	if len(others) == 0 {
		one.list[0] = &one.content
		one.log.Contents = one.list[:]
		return &one.log
	}
	one.log.Contents = make([]*protocol.Log_Content, 0, len(others)+1)
	for _, other := range others {
		one.log.Contents = append(one.log.Contents, &protocol.Log_Content{Key: other.Key, Value: other.Value})
	}
	one.log.Contents = append(one.log.Contents, &one.content)
	return &one.log
}

// Process works in v2 pipelines: it splits the body, or where there is none the
// tag SplitKey. The parts come in groups as large as those of v1.
func (p *splitProcessor) Process(in *models.PipelineGroupEvents, ctx pipeline.PipelineContext) {
	var events []models.PipelineEvent
	send := func() {
		if len(events) > 0 {
			ctx.Collector().Collect(copyOf(in.Group), events...)
		}
		events = nil
	}
	for _, event := range in.Events {
		log, isLog := event.(*models.Log)
		if !isLog {
			events = append(events, event)
			continue
		}
		p.splitEvent(log, func(part *models.Log) {
			if events = append(events, part); len(events) == maxGroupLogs {
				send()
			}
		})
	}
	send()
}

func (p *splitProcessor) splitEvent(log *models.Log, with func(part *models.Log)) {
	body, tags := string(log.GetBody()), map[string]string{}
	for key, value := range log.GetTags().Iterator() {
		if body == "" && key == p.SplitKey {
			body = value
		} else if p.PreserveOthers {
			tags[key] = value
		}
	}
	if log.Timestamp == 0 {
		log.Timestamp = uint64(time.Now().UnixNano())
	}
	if body == "" {
		p.noKey()
		if p.PreserveOthers {
			with(log)
		}
		return
	}
	p.parts(body, func(part string) {
		own := *log
		own.Tags, own.Contents = models.NewTags(), models.NewLogContents()
		own.Tags.AddAll(tags)
		if log.Contents != nil {
			own.Contents.AddAll(log.Contents.Iterator())
		}
		own.SetBody([]byte(part))
		with(&own)
	})
}

// copyOf gives each group tags of its own: the host adds some later.
func copyOf(info *models.GroupInfo) *models.GroupInfo {
	if info == nil {
		return nil
	}
	group := models.NewGroup(models.NewMetadata(), models.NewTags())
	group.Metadata.AddAll(info.GetMetadata().Iterator())
	group.Tags.AddAll(info.GetTags().Iterator())
	return group
}
