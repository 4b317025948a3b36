//go:build ilogtail_v3

// The shape of the functions with an alarm type since release 3.

package logger

import (
	"context"
	"fmt"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/selfmonitor"
)

// Warning logs pairs and records an alarm.
func Warning(ctx context.Context, alarmType selfmonitor.TypedAlarmType, kvPairs ...interface{}) {
	raise(ctx, warning, alarmType, pairs(kvPairs))
}

// Warningf logs formatted text and records an alarm.
func Warningf(ctx context.Context, alarmType selfmonitor.TypedAlarmType, format string, params ...interface{}) {
	raise(ctx, warning, alarmType, fmt.Sprintf(format, params...))
}

// Error logs pairs and records an alarm.
func Error(ctx context.Context, alarmType selfmonitor.TypedAlarmType, kvPairs ...interface{}) {
	raise(ctx, fault, alarmType, pairs(kvPairs))
}

// Errorf logs formatted text and records an alarm.
func Errorf(ctx context.Context, alarmType selfmonitor.TypedAlarmType, format string, params ...interface{}) {
	raise(ctx, fault, alarmType, fmt.Sprintf(format, params...))
}

// Critical logs pairs and records an alarm.
func Critical(ctx context.Context, alarmType selfmonitor.TypedAlarmType, kvPairs ...interface{}) {
	raise(ctx, critical, alarmType, pairs(kvPairs))
}

// Criticalf logs formatted text and records an alarm.
func Criticalf(ctx context.Context, alarmType selfmonitor.TypedAlarmType, format string, params ...interface{}) {
	raise(ctx, critical, alarmType, fmt.Sprintf(format, params...))
}

func raise(ctx context.Context, at level, alarmType selfmonitor.TypedAlarmType, text string) {
	name := alarmType.String()
	alarm(ctx, at, name, text, func(meta *pkg.LogtailContextMeta) {
		meta.RecordAlarm(selfmonitor.AlarmType(name), alarmLevels[at], text)
	})
}

var alarmLevels = map[level]selfmonitor.AlarmLevel{
	warning:  selfmonitor.AlarmLevelWarning,
	fault:    selfmonitor.AlarmLevelError,
	critical: selfmonitor.AlarmLevelCritical,
}
