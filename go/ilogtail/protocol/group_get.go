// The getters of the group messages, all of them safe on nil.

package protocol

// GetLogs returns Logs.
func (m *LogGroup) GetLogs() []*Log {
	if m == nil {
		return nil
	}
	return m.Logs
}

// GetCategory returns Category.
func (m *LogGroup) GetCategory() string {
	if m == nil {
		return ""
	}
	return m.Category
}

// GetTopic returns Topic.
func (m *LogGroup) GetTopic() string {
	if m == nil {
		return ""
	}
	return m.Topic
}

// GetSource returns Source.
func (m *LogGroup) GetSource() string {
	if m == nil {
		return ""
	}
	return m.Source
}

// GetMachineUUID returns MachineUUID.
func (m *LogGroup) GetMachineUUID() string {
	if m == nil {
		return ""
	}
	return m.MachineUUID
}

// GetLogTags returns LogTags.
func (m *LogGroup) GetLogTags() []*LogTag {
	if m == nil {
		return nil
	}
	return m.LogTags
}

// GetLogGroupList returns LogGroupList.
func (m *LogGroupList) GetLogGroupList() []*LogGroup {
	if m == nil {
		return nil
	}
	return m.LogGroupList
}
