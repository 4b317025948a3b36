// NOT in the host: lets tests see which alarms were raised.

package pkg

// Alarm is what is kept of the alarms of one type.
type Alarm struct {
	Count int
	Last  string
}

// RecordedAlarms returns the alarms so far by type; in the ilogtail_v3 flavour
// the key is the type and the level, "TYPE/level".
func (m *LogtailContextMeta) RecordedAlarms() map[string]Alarm {
	items := map[string]Alarm{}
	if m.alarms == nil {
		return items
	}
	m.alarms.mu.Lock()
	defer m.alarms.mu.Unlock()
	for key, alarm := range m.alarms.items {
		items[key] = alarm
	}
	return items
}
