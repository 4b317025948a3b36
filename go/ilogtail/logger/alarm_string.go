//go:build !ilogtail_v3

// The shape of the functions with an alarm type in releases 1.8 and 2.0.

package logger

import (
	"context"
	"fmt"

	"github.com/alibaba/ilogtail/pkg"
)

// Warning logs pairs and records an alarm.
func Warning(ctx context.Context, alarmType string, kvPairs ...interface{}) {
	raise(ctx, warning, alarmType, pairs(kvPairs))
}

// Warningf logs formatted text and records an alarm.
func Warningf(ctx context.Context, alarmType string, format string, params ...interface{}) {
	raise(ctx, warning, alarmType, fmt.Sprintf(format, params...))
}

// Error logs pairs and records an alarm.
func Error(ctx context.Context, alarmType string, kvPairs ...interface{}) {
	raise(ctx, fault, alarmType, pairs(kvPairs))
}

// Errorf logs formatted text and records an alarm.
func Errorf(ctx context.Context, alarmType string, format string, params ...interface{}) {
	raise(ctx, fault, alarmType, fmt.Sprintf(format, params...))
}

// Critical logs pairs and records an alarm.
func Critical(ctx context.Context, alarmType string, kvPairs ...interface{}) {
	raise(ctx, critical, alarmType, pairs(kvPairs))
}

// Criticalf logs formatted text and records an alarm.
func Criticalf(ctx context.Context, alarmType string, format string, params ...interface{}) {
	raise(ctx, critical, alarmType, fmt.Sprintf(format, params...))
}

func raise(ctx context.Context, at level, alarmType string, text string) {
	alarm(ctx, at, alarmType, text, func(meta *pkg.LogtailContextMeta) { meta.RecordAlarm(alarmType, text) })
}
