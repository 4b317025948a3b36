// The event of raw bytes.

package models

// ByteArray is raw bytes. It is a value, not a pointer, in type switches.
type ByteArray []byte

// NewByteArray makes an event of bytes that it keeps.
func NewByteArray(bytes []byte) ByteArray { return ByteArray(bytes) }

func (ByteArray) GetName() string              { return "" }
func (ByteArray) SetName(string)               {}
func (ByteArray) GetTags() Tags                { return NilStringValues }
func (ByteArray) GetType() EventType           { return EventTypeByteArray }
func (ByteArray) GetTimestamp() uint64         { return 0 }
func (ByteArray) GetObservedTimestamp() uint64 { return 0 }
func (ByteArray) SetObservedTimestamp(uint64)  {}

// Clone shares the bytes.
func (b ByteArray) Clone() PipelineEvent { return b }
