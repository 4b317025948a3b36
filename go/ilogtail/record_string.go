//go:build !ilogtail_v3

// The shape of RecordAlarm in releases 1.8 and 2.0.

package pkg

// RecordAlarm counts an alarm and keeps its message.
func (m *LogtailContextMeta) RecordAlarm(alarmType, msg string) { m.alarms.record(alarmType, msg) }
