//go:build ilogtail_v3

package pkg

import "github.com/alibaba/ilogtail/pkg/selfmonitor"

var _ selfmonitor.TypedAlarmType = selfmonitor.AlarmType("")

func record(m *LogtailContextMeta, msg string) string {
	m.RecordAlarm("X_ALARM", selfmonitor.AlarmLevelError, msg)
	return "X_ALARM/2"
}
