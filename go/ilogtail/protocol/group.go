// The messages of a group of logs and of a list of groups.

package protocol

// LogGroup is the unit in which logs travel through a pipeline.
type LogGroup struct {
	Logs        []*Log    `json:"Logs,omitempty"`
	Category    string    `json:"Category"`
	Topic       string    `json:"Topic"`
	Source      string    `json:"Source"`
	MachineUUID string    `json:"MachineUUID"`
	LogTags     []*LogTag `json:"LogTags,omitempty"`
}

// LogGroupList is several groups in one message.
type LogGroupList struct {
	LogGroupList []*LogGroup `json:"logGroupList,omitempty"`
}

func (m *LogGroup) Reset()             { *m = LogGroup{} }
func (m *LogGroup) String() string     { return text(m) }
func (*LogGroup) ProtoMessage()        {}
func (m *LogGroupList) Reset()         { *m = LogGroupList{} }
func (m *LogGroupList) String() string { return text(m) }
func (*LogGroupList) ProtoMessage()    {}

// strings lists the fields 2 to 5, which are on the wire even when empty.
func (m *LogGroup) strings() [4]*string {
	return [4]*string{&m.Category, &m.Topic, &m.Source, &m.MachineUUID}
}

var stringNames = [4]string{"Category", "Topic", "Source", "MachineUUID"}

// Size is the length of the encoded message.
func (m *LogGroup) Size() (n int) {
	if m == nil {
		return 0
	}
	for _, log := range m.Logs {
		n += bytesSize(log.Size())
	}
	for _, s := range m.strings() {
		n += bytesSize(len(*s))
	}
	for _, tag := range m.LogTags {
		n += bytesSize(tag.Size())
	}
	return n
}

// Size is the length of the encoded message.
func (m *LogGroupList) Size() (n int) {
	if m == nil {
		return 0
	}
	for _, group := range m.LogGroupList {
		n += bytesSize(group.Size())
	}
	return n
}

// Marshal encodes the group. A nil element in Logs or LogTags panics, as in the host.
func (m *LogGroup) Marshal() ([]byte, error) { return marshal(m) }

// Marshal encodes the list. A nil element panics, as in the host.
func (m *LogGroupList) Marshal() ([]byte, error) { return marshal(m) }

// MarshalTo needs len(buf) >= Size().
func (m *LogGroup) MarshalTo(buf []byte) (int, error) { return marshalTo(m, buf) }

// MarshalTo needs len(buf) >= Size().
func (m *LogGroupList) MarshalTo(buf []byte) (int, error) { return marshalTo(m, buf) }

// MarshalToSizedBuffer fills buf from its end.
func (m *LogGroup) MarshalToSizedBuffer(buf []byte) (int, error) { return fill(m, buf) }

// MarshalToSizedBuffer fills buf from its end.
func (m *LogGroupList) MarshalToSizedBuffer(buf []byte) (int, error) { return fill(m, buf) }

func (m *LogGroup) write(t *tail) {
	for i := len(m.LogTags) - 1; i >= 0; i-- {
		end := t.at
		m.LogTags[i].write(t)
		t.prefix(6, end-t.at)
	}
	strings := m.strings()
	for i := len(strings) - 1; i >= 0; i-- {
		t.string(2+i, *strings[i])
	}
	for i := len(m.Logs) - 1; i >= 0; i-- {
		end := t.at
		m.Logs[i].write(t)
		t.prefix(1, end-t.at)
	}
}

func (m *LogGroupList) write(t *tail) {
	for i := len(m.LogGroupList) - 1; i >= 0; i-- {
		end := t.at
		m.LogGroupList[i].write(t)
		t.prefix(1, end-t.at)
	}
}

// Unmarshal merges data into m.
func (m *LogGroup) Unmarshal(data []byte) error {
	r := reader{buf: data}
	for !r.done() {
		field, wire, err := r.tag()
		if err != nil {
			return err
		}
		switch field {
		case 1:
			log := &Log{}
			err = r.message(wire, "Logs", log)
			m.Logs = append(m.Logs, log)
		case 2, 3, 4, 5:
			*m.strings()[field-2], err = r.string(wire, stringNames[field-2])
		case 6:
			tag := &LogTag{}
			err = r.message(wire, "LogTags", tag)
			m.LogTags = append(m.LogTags, tag)
		default:
			err = r.skip(wire)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Unmarshal merges data into m.
func (m *LogGroupList) Unmarshal(data []byte) error {
	r := reader{buf: data}
	for !r.done() {
		field, wire, err := r.tag()
		if err != nil {
			return err
		}
		if field == 1 {
			group := &LogGroup{}
			err = r.message(wire, "LogGroupList", group)
			m.LogGroupList = append(m.LogGroupList, group)
		} else {
			err = r.skip(wire)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
