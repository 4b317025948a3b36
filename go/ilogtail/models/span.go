// The event of one span of a trace.

package models

// SpanKind tells which side of a call a span is.
type SpanKind int

// The span kinds. Zero is none of them.
const (
	_ SpanKind = iota
	SpanKindInternal
	SpanKindServer
	SpanKindClient
	SpanKindProducer
	SpanKindConsumer
)

// SpanKindTexts names the kinds.
var SpanKindTexts = map[SpanKind]string{
	SpanKindInternal: "internal",
	SpanKindServer:   "server",
	SpanKindClient:   "client",
	SpanKindProducer: "producer",
	SpanKindConsumer: "consumer",
}

// StatusCode tells how a span ended.
type StatusCode int

// The status codes.
const (
	StatusCodeUnSet StatusCode = iota
	StatusCodeOK
	StatusCodeError
)

// SpanLink points to another span.
type SpanLink struct {
	TraceID    string
	SpanID     string
	TraceState string
	Tags       Tags
}

// SpanEvent is something that happened during a span.
type SpanEvent struct {
	Timestamp int64
	Name      string
	Tags      Tags
}

// Span is one span of a trace.
type Span struct {
	TraceID           string
	SpanID            string
	ParentSpanID      string
	Name              string
	TraceState        string
	StartTime         uint64
	EndTime           uint64
	ObservedTimestamp uint64
	Kind              SpanKind
	Status            StatusCode
	Tags              Tags
	Links             []*SpanLink
	Events            []*SpanEvent
}

// NewSpan makes a span.
func NewSpan(name, traceID, spanID string, kind SpanKind, startTime, endTime uint64, tags Tags,
	events []*SpanEvent, links []*SpanLink) *Span {
	return &Span{
		Name:      name,
		TraceID:   traceID,
		SpanID:    spanID,
		Kind:      kind,
		StartTime: startTime,
		EndTime:   endTime,
		Tags:      tags,
		Events:    events,
		Links:     links,
	}
}

func (s *Span) GetName() string                  { return s.Name }
func (s *Span) SetName(name string)              { s.Name = name }
func (s *Span) GetTags() Tags                    { return s.Tags }
func (s *Span) GetType() EventType               { return EventTypeSpan }
func (s *Span) GetTimestamp() uint64             { return s.StartTime }
func (s *Span) GetObservedTimestamp() uint64     { return s.ObservedTimestamp }
func (s *Span) SetObservedTimestamp(when uint64) { s.ObservedTimestamp = when }
func (s *Span) GetTraceID() string               { return s.TraceID }
func (s *Span) GetSpanID() string                { return s.SpanID }
func (s *Span) GetParentSpanID() string          { return s.ParentSpanID }
func (s *Span) GetTraceState() string            { return s.TraceState }
func (s *Span) GetStartTime() uint64             { return s.StartTime }
func (s *Span) GetEndTime() uint64               { return s.EndTime }
func (s *Span) GetKind() SpanKind                { return s.Kind }
func (s *Span) GetStatus() StatusCode            { return s.Status }
func (s *Span) GetLinks() []*SpanLink            { return s.Links }
func (s *Span) GetEvents() []*SpanEvent          { return s.Events }

// Clone is shallow: tags, links and events are shared.
func (s *Span) Clone() PipelineEvent {
	if s == nil {
		return nil
	}
	clone := *s
	return &clone
}
