//go:build ilogtail_v3

// Package selfmonitor exists since release 3 only, so portable code must not
// import it. Build with the tag ilogtail_v3 to have it.
package selfmonitor

// TypedAlarmType is what the logger takes. The unexported method keeps every
// other package from implementing it.
type TypedAlarmType interface {
	String() string
	alarmType()
}

// AlarmType is the only TypedAlarmType. Any name may be used.
type AlarmType string

func (t AlarmType) String() string { return string(t) }
func (AlarmType) alarmType()       {}

// AlarmLevel tells how grave an alarm is.
type AlarmLevel string

// The levels of alarms.
const (
	AlarmLevelWarning  AlarmLevel = "1"
	AlarmLevelError    AlarmLevel = "2"
	AlarmLevelCritical AlarmLevel = "3"
)
