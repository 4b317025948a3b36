package cflusher_test

import (
	"ilf.local/go/internal/vector"

	"github.com/alibaba/ilogtail/pkg/models"
)

// events are those of a group by kind, with the native message of each.
type events struct {
	logs         []*models.Log
	metrics      []*models.Metric
	spans        []*models.Span
	others       int
	logFields    []*vector.Field
	spanFields   []*vector.Field
	metricFields [][]*vector.Field // one of each, natively
	metricScope  *vector.Field     // holds them
}

func sortEvents(group *models.PipelineGroupEvents) (e events) {
	for _, event := range group.Events {
		switch event := event.(type) {
		case *models.Log:
			e.logs = append(e.logs, event)
		case *models.Metric:
			e.metrics = append(e.metrics, event)
		case *models.Span:
			e.spans = append(e.spans, event)
		default:
			e.others++
		}
	}
	return e
}

func applyEventRules(e events, logs, metrics, spans *vector.Field, used map[string]bool) {
	e.logFields = records(logs, "scope_logs", "log_records")
	e.spanFields = records(spans, "scope_spans", "spans")
	e.metricScope = metrics.Get("scope_metrics")
	for _, native := range records(metrics, "scope_metrics", "metrics") {
		e.metricFields = append(e.metricFields, []*vector.Field{native})
	}
	text := func() string { return logs.String() + metrics.String() + spans.String() }
	for _, rule := range otlpEventRules {
		before := text()
		if rule.name == "UTF-8" {
			for _, message := range []*vector.Field{logs, metrics, spans} {
				validStrings(message)
			}
		} else {
			rule.events(e)
		}
		used[rule.name] = used[rule.name] || text() != before
	}
}

const lost = "natively it is lost"

var otlpEventRules = append([]otlpRule{
	{name: "contents of logs", why: lost + ", but for the body", events: func(e events) {
		for i, log := range e.logs {
			if log.Contents == nil {
				continue
			}
			for key, value := range log.Contents.Iterator() {
				if key != models.ContentKey {
					attribute(e.logFields[i], key, value)
				}
			}
		}
	}},
	{name: "body of another type", why: lost, events: func(e events) {
		for i, log := range e.logs {
			if log.Contents == nil {
				continue
			}
			switch value := log.Contents.Get(models.ContentKey).(type) {
			case nil, string, []byte:
			default:
				e.logFields[i].Remove("body")
				e.logFields[i].Add("body", "", anyValue(value))
			}
		}
	}},
	{name: "name of a log", why: lost, events: func(e events) {
		for i, log := range e.logs {
			if log.Name != "" {
				e.logFields[i].Add("event_name", log.Name).Kind = "string?"
			}
		}
	}},
	{name: "offset of a log", why: lost, events: func(e events) {
		for i, log := range e.logs {
			if log.Offset != 0 {
				attribute(e.logFields[i], "log.file.record_offset", log.Offset)
			}
		}
	}},
	{name: "ids that are none", why: lost, events: func(e events) {
		for i, log := range e.logs {
			oddID(e.logFields[i], "trace_id", log.TraceID, 16)
			oddID(e.logFields[i], "span_id", log.SpanID, 8)
		}
		for i, span := range e.spans {
			oddID(e.spanFields[i], "trace_id", span.TraceID, 16)
			oddID(e.spanFields[i], "span_id", span.SpanID, 8)
			oddID(e.spanFields[i], "parent_span_id", span.ParentSpanID, 8)
			for k, link := range vector.Find(e.spanFields[i].Fields, "links") {
				oddID(link, "trace_id", span.Links[k].TraceID, 16)
				oddID(link, "span_id", span.Links[k].SpanID, 8)
			}
		}
	}},
	{name: "trace state", why: lost, events: func(e events) {
		for i, span := range e.spans {
			if span.TraceState != "" {
				e.spanFields[i].Add("trace_state", span.TraceState).Kind = "string?"
			}
		}
	}},
}, append(otlpMetricRules, otlpRule{name: "UTF-8", why: notUTF8})...)
