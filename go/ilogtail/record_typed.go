//go:build ilogtail_v3

// The shape of RecordAlarm since release 3.

package pkg

import "github.com/alibaba/ilogtail/pkg/selfmonitor"

// RecordAlarm counts an alarm and keeps its message.
func (m *LogtailContextMeta) RecordAlarm(alarmType selfmonitor.AlarmType, level selfmonitor.AlarmLevel, msg string) {
	m.alarms.record(string(alarmType)+"/"+string(level), msg)
}
