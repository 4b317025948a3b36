// Package protocol declares the v1 data model: what reaches Flush. The wire
// format is the host's, byte for byte, strings need not be valid UTF-8.
package protocol

// Log_Content is one field of a Log. The name is the host's.
//
//lint:ignore ST1003 because it must be the host's
type Log_Content struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// LogTag is a field that holds for all logs of a group.
type LogTag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

func (m *Log_Content) Reset()         { *m = Log_Content{} }
func (m *Log_Content) String() string { return text(m) }
func (*Log_Content) ProtoMessage()    {}
func (m *LogTag) Reset()              { *m = LogTag{} }
func (m *LogTag) String() string      { return text(m) }
func (*LogTag) ProtoMessage()         {}

// GetKey is safe on nil.
func (m *Log_Content) GetKey() string {
	if m == nil {
		return ""
	}
	return m.Key
}

// GetValue is safe on nil.
func (m *Log_Content) GetValue() string {
	if m == nil {
		return ""
	}
	return m.Value
}

// GetKey is safe on nil.
func (m *LogTag) GetKey() string {
	if m == nil {
		return ""
	}
	return m.Key
}

// GetValue is safe on nil.
func (m *LogTag) GetValue() string {
	if m == nil {
		return ""
	}
	return m.Value
}

// Size is the length of the encoded message.
func (m *Log_Content) Size() int {
	if m == nil {
		return 0
	}
	return bytesSize(len(m.Key)) + bytesSize(len(m.Value))
}

// Size is the length of the encoded message.
func (m *LogTag) Size() int { return (*Log_Content)(m).Size() }

// Marshal encodes both fields, also empty ones.
func (m *Log_Content) Marshal() ([]byte, error) { return marshal(m) }

// Marshal encodes both fields, also empty ones.
func (m *LogTag) Marshal() ([]byte, error) { return marshal(m) }

// MarshalTo needs len(buf) >= Size().
func (m *Log_Content) MarshalTo(buf []byte) (int, error) { return marshalTo(m, buf) }

// MarshalTo needs len(buf) >= Size().
func (m *LogTag) MarshalTo(buf []byte) (int, error) { return marshalTo(m, buf) }

// MarshalToSizedBuffer fills buf from its end.
func (m *Log_Content) MarshalToSizedBuffer(buf []byte) (int, error) { return fill(m, buf) }

// MarshalToSizedBuffer fills buf from its end.
func (m *LogTag) MarshalToSizedBuffer(buf []byte) (int, error) { return fill(m, buf) }

func (m *Log_Content) write(t *tail) {
	t.string(2, m.Value)
	t.string(1, m.Key)
}

func (m *LogTag) write(t *tail) { (*Log_Content)(m).write(t) }

// Unmarshal merges data into m.
func (m *Log_Content) Unmarshal(data []byte) error {
	r := reader{buf: data}
	var haveKey, haveValue bool
	for !r.done() {
		field, wire, err := r.tag()
		if err != nil {
			return err
		}
		switch field {
		case 1:
			m.Key, err = r.string(wire, "Key")
			haveKey = true
		case 2:
			m.Value, err = r.string(wire, "Value")
			haveValue = true
		default:
			err = r.skip(wire)
		}
		if err != nil {
			return err
		}
	}
	if !haveKey {
		return notSet("Key")
	}
	if !haveValue {
		return notSet("Value")
	}
	return nil
}

// Unmarshal merges data into m.
func (m *LogTag) Unmarshal(data []byte) error { return (*Log_Content)(m).Unmarshal(data) }
