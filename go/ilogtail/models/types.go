// Package models declares the v2 data model: what reaches Export. Only what all
// releases of the host have in common is here.
package models

// EventType tells which struct a PipelineEvent is.
type EventType int

// The event types. Zero is none of them.
const (
	_ EventType = iota
	EventTypeMetric
	EventTypeSpan
	EventTypeLogging
	EventTypeByteArray
)

// ValueType tells what a TypedValue holds.
type ValueType int

// The value types. Zero is none of them.
const (
	_ ValueType = iota
	ValueTypeString
	ValueTypeBoolean
	ValueTypeArray
	ValueTypeMap
)

// Log bodies lie in the contents under this key.
const (
	ContentKey = "content"
	BodyKey    = ContentKey
)

// PipelineEvent is one log, metric, span or byte array. Timestamps are Unix
// nanoseconds.
type PipelineEvent interface {
	GetName() string
	SetName(string)
	GetTags() Tags
	GetType() EventType
	GetTimestamp() uint64
	GetObservedTimestamp() uint64
	SetObservedTimestamp(uint64)
	Clone() PipelineEvent
}

// TypedValue is a value of a metric that is no number.
type TypedValue struct {
	Type  ValueType
	Value interface{}
}
