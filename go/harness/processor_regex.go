// The processor processor_regex: fields from the groups of a regular expression.

package harness

import (
	"context"
	"fmt"
	"regexp"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

type regexProcessor struct {
	SourceKey              string // the first field, or the body in v2, if empty
	Regex                  string
	Keys                   []string
	FullMatch              bool
	KeepSource             bool
	KeepSourceIfParseError bool
	NoKeyError             bool
	NoMatchError           bool

	regex   *regexp.Regexp
	context context.Context
	logs    uint64 // that were looked at
	misses  uint64 // of them
	first   string // of the misses
}

func init() {
	pipeline.AddProcessorCreator("processor_regex", func() pipeline.Processor {
		return &regexProcessor{FullMatch: true, KeepSourceIfParseError: true}
	})
}

func (p *regexProcessor) Init(c pipeline.Context) error {
	p.context = c.GetRuntimeContext()
	if option, err := p.validate(); err != nil {
		return fmt.Errorf("%s: %w", option, err)
	}
	return nil
}

func (p *regexProcessor) validate() (option string, err error) {
	p.regex, err = regexp.Compile(p.Regex)
	return "Regex", err
}

func (p *regexProcessor) Description() string { return "extracts fields by a regular expression" }

// match returns where the values of Keys lie, or nil.
func (p *regexProcessor) match(text string) []int {
	at := p.regex.FindStringSubmatchIndex(text)
	p.logs++
	if at == nil || len(at)/2-1 < len(p.Keys) || p.FullMatch && at[1]-at[0] != len(text) {
		if p.NoMatchError {
			logger.Info(p.context, "processor_regex", "no match", "text", text)
		}
		if p.misses++; p.misses == 1 {
			p.first = text
		}
		return nil
	}
	return at
}

// summary ends a run: what did not match is passed on as it is, which nobody may notice.
func (p *regexProcessor) summary() string {
	if p.misses == 0 {
		return ""
	}
	first := p.first
	if len(first) > 80 {
		first = first[:80] + "..."
	}
	return fmt.Sprintf("processor_regex: %d of %d logs did not match Regex and have no fields of it, the first: %q",
		p.misses, p.logs, first)
}

// value is empty for a group that took no part in the match.
func value(text string, at []int, key int) string {
	from, to := at[2*key+2], at[2*key+3]
	if from < 0 {
		return ""
	}
	return text[from:to]
}

func (p *regexProcessor) noKey() {
	if p.NoKeyError {
		logger.Info(p.context, "processor_regex", "no field", "SourceKey", p.SourceKey)
	}
}

func (p *regexProcessor) keep(matched bool) bool {
	return p.KeepSource || !matched && p.KeepSourceIfParseError
}

// ProcessLogs works in v1 pipelines.
func (p *regexProcessor) ProcessLogs(logs []*protocol.Log) []*protocol.Log {
	for _, log := range logs {
		p.processLog(log)
	}
	return logs
}

func (p *regexProcessor) processLog(log *protocol.Log) {
	for i, content := range log.Contents {
		if p.SourceKey != "" && p.SourceKey != content.Key {
			continue
		}
		at := p.match(content.Value)
		contents := make([]*protocol.Log_Content, 0, len(log.Contents)+len(p.Keys))
		contents = append(contents, log.Contents[:i]...)
		if p.keep(at != nil) {
			contents = append(contents, content)
		}
		contents = append(contents, log.Contents[i+1:]...)
		for k := 0; at != nil && k < len(p.Keys); k++ {
			contents = append(contents, &protocol.Log_Content{Key: p.Keys[k], Value: value(content.Value, at, k)})
		}
		log.Contents = contents
		return
	}
	p.noKey()
}

// Process works in v2 pipelines.
func (p *regexProcessor) Process(in *models.PipelineGroupEvents, ctx pipeline.PipelineContext) {
	for _, event := range in.Events {
		if log, isLog := event.(*models.Log); isLog && log.Contents != nil {
			p.processContents(log.Contents)
		}
	}
	ctx.Collector().CollectList(in)
}

func (p *regexProcessor) processContents(contents models.LogContents) {
	key := p.SourceKey
	if key == "" {
		key = models.BodyKey
	}
	var text string
	switch source := contents.Get(key).(type) {
	case string:
		text = source
	case []byte:
		text = string(source)
	default:
		p.noKey()
		return
	}
	at := p.match(text)
	if !p.keep(at != nil) {
		contents.Delete(key)
	}
	for k := 0; at != nil && k < len(p.Keys); k++ {
		contents.Add(p.Keys[k], value(text, at, k))
	}
}
