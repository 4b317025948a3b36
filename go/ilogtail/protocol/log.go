// The message of one log.

package protocol

// Log is one record: a time and a list of fields, whose keys may repeat.
type Log struct {
	Time     uint32         `json:"Time"`
	Contents []*Log_Content `json:"Contents,omitempty"`
	Values   []string       `json:"values,omitempty"`
	TimeNs   *uint32        `json:"Time_ns,omitempty"`
}

func (m *Log) Reset()         { *m = Log{} }
func (m *Log) String() string { return text(m) }
func (*Log) ProtoMessage()    {}

// GetTime is safe on nil.
func (m *Log) GetTime() uint32 {
	if m == nil {
		return 0
	}
	return m.Time
}

// GetContents is safe on nil.
func (m *Log) GetContents() []*Log_Content {
	if m == nil {
		return nil
	}
	return m.Contents
}

// GetValues is safe on nil.
func (m *Log) GetValues() []string {
	if m == nil {
		return nil
	}
	return m.Values
}

// GetTimeNs is 0 when there are no nanoseconds.
func (m *Log) GetTimeNs() uint32 {
	if m == nil || m.TimeNs == nil {
		return 0
	}
	return *m.TimeNs
}

// Size is the length of the encoded message.
func (m *Log) Size() int {
	if m == nil {
		return 0
	}
	n := 1 + varintSize(uint64(m.Time))
	for _, content := range m.Contents {
		n += bytesSize(content.Size())
	}
	for _, value := range m.Values {
		n += bytesSize(len(value))
	}
	if m.TimeNs != nil {
		n += 5
	}
	return n
}

// Marshal encodes the log. A nil element in Contents panics, as in the host.
func (m *Log) Marshal() ([]byte, error) { return marshal(m) }

// MarshalTo needs len(buf) >= Size().
func (m *Log) MarshalTo(buf []byte) (int, error) { return marshalTo(m, buf) }

// MarshalToSizedBuffer fills buf from its end.
func (m *Log) MarshalToSizedBuffer(buf []byte) (int, error) { return fill(m, buf) }

func (m *Log) write(t *tail) {
	if m.TimeNs != nil {
		t.fixed32(4, *m.TimeNs)
	}
	for i := len(m.Values) - 1; i >= 0; i-- {
		t.string(3, m.Values[i])
	}
	for i := len(m.Contents) - 1; i >= 0; i-- {
		end := t.at
		m.Contents[i].write(t)
		t.prefix(2, end-t.at)
	}
	t.varint(uint64(m.Time))
	t.byte(keyOf(1, wireVarint))
}

// Unmarshal merges data into m.
func (m *Log) Unmarshal(data []byte) error {
	r := reader{buf: data}
	haveTime := false
	for !r.done() {
		field, wire, err := r.tag()
		if err != nil {
			return err
		}
		switch field {
		case 1:
			var v uint64
			v, err = r.uint(wire, "Time")
			m.Time, haveTime = uint32(v), true
		case 2:
			content := &Log_Content{}
			err = r.message(wire, "Contents", content)
			m.Contents = append(m.Contents, content)
		case 3:
			var value string
			value, err = r.string(wire, "Values")
			m.Values = append(m.Values, value)
		case 4:
			var v uint32
			v, err = r.uint32(wire, "TimeNs")
			m.TimeNs = &v
		default:
			err = r.skip(wire)
		}
		if err != nil {
			return err
		}
	}
	if !haveTime {
		return notSet("Time")
	}
	return nil
}
