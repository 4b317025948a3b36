// The event of one log.

package models

// Log is one log. Its body is the content under ContentKey.
type Log struct {
	Name              string
	Level             string
	SpanID            string
	TraceID           string
	Tags              Tags
	Timestamp         uint64
	ObservedTimestamp uint64
	Offset            uint64
	Contents          LogContents
}

// NewLog makes a log. Mind the order: level, span, trace.
func NewLog(name string, body []byte, level, spanID, traceID string, tags Tags, timestamp uint64) *Log {
	log := &Log{
		Name:      name,
		Level:     level,
		SpanID:    spanID,
		TraceID:   traceID,
		Tags:      tags,
		Timestamp: timestamp,
		Contents:  NewLogContents(),
	}
	log.SetBody(body)
	return log
}

// NewSimpleLog makes a log of a body alone.
func NewSimpleLog(body []byte, tags Tags, timestamp uint64) *Log {
	return NewLog("", body, "", "", "", tags, timestamp)
}

// NewSimpleLevelLog makes a log of a level and a body.
func NewSimpleLevelLog(level string, body []byte, tags Tags, timestamp uint64) *Log {
	return NewLog("", body, level, "", "", tags, timestamp)
}

func (l *Log) GetName() string                  { return l.Name }
func (l *Log) SetName(name string)              { l.Name = name }
func (l *Log) GetTags() Tags                    { return l.Tags }
func (l *Log) GetType() EventType               { return EventTypeLogging }
func (l *Log) GetTimestamp() uint64             { return l.Timestamp }
func (l *Log) GetObservedTimestamp() uint64     { return l.ObservedTimestamp }
func (l *Log) SetObservedTimestamp(when uint64) { l.ObservedTimestamp = when }
func (l *Log) GetOffset() uint64                { return l.Offset }
func (l *Log) SetOffset(offset uint64)          { l.Offset = offset }
func (l *Log) GetLevel() string                 { return l.Level }
func (l *Log) SetLevel(level string)            { l.Level = level }
func (l *Log) GetSpanID() string                { return l.SpanID }
func (l *Log) SetSpanID(id string)              { l.SpanID = id }
func (l *Log) GetTraceID() string               { return l.TraceID }
func (l *Log) SetTraceID(id string)             { l.TraceID = id }
func (l *Log) GetIndices() LogContents          { return l.Contents }
func (l *Log) SetIndices(contents LogContents)  { l.Contents = contents }

// GetBody is nil unless the content under ContentKey is text or bytes.
func (l *Log) GetBody() []byte {
	if l.Contents == nil {
		return nil
	}
	switch body := l.Contents.Get(ContentKey).(type) {
	case []byte:
		return body
	case string:
		return []byte(body)
	}
	return nil
}

// SetBody stores the body under ContentKey.
func (l *Log) SetBody(body []byte) {
	if l.Contents == nil {
		l.Contents = NewLogContents()
	}
	l.Contents.Add(ContentKey, body)
}

// Clone is shallow: tags and contents are shared.
func (l *Log) Clone() PipelineEvent {
	if l == nil {
		return nil
	}
	clone := *l
	return &clone
}
