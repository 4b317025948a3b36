// Package logger writes the lines that plugins log. The functions whose shape
// differs between the releases of the host are in alarm_string.go and, with the
// build tag ilogtail_v3, alarm_typed.go.
package logger

import (
	"context"
	"fmt"
	"strings"

	"github.com/alibaba/ilogtail/pkg"
)

// Debug logs pairs of keys and values.
func Debug(ctx context.Context, kvPairs ...interface{}) {
	if enabled(debug) {
		write(debug, header(ctx)+pairs(kvPairs))
	}
}

// Debugf logs formatted text.
func Debugf(ctx context.Context, format string, params ...interface{}) {
	if enabled(debug) {
		write(debug, header(ctx)+fmt.Sprintf(format, params...))
	}
}

// Info logs pairs of keys and values.
func Info(ctx context.Context, kvPairs ...interface{}) {
	if enabled(info) {
		write(info, header(ctx)+pairs(kvPairs))
	}
}

// Infof logs formatted text.
func Infof(ctx context.Context, format string, params ...interface{}) {
	if enabled(info) {
		write(info, header(ctx)+fmt.Sprintf(format, params...))
	}
}

// DebugFlag tells whether Debug does anything.
func DebugFlag() bool { return enabled(debug) }

// Flush has nothing to do: lines are not buffered here.
func Flush() {}

// alarm logs a line that belongs to an alarm type, and records the alarm. Alarms
// are recorded at any level, because the host exports them apart from its log.
func alarm(ctx context.Context, at level, alarmType, text string, record func(*pkg.LogtailContextMeta)) {
	if meta := metaOf(ctx); meta != nil {
		record(meta)
	}
	if enabled(at) {
		write(at, header(ctx)+"AlarmType:"+alarmType+"\t"+text)
	}
}

func metaOf(ctx context.Context) *pkg.LogtailContextMeta {
	if ctx == nil {
		return nil
	}
	meta, _ := ctx.Value(pkg.LogTailMeta).(*pkg.LogtailContextMeta)
	return meta
}

func header(ctx context.Context) string {
	if meta := metaOf(ctx); meta != nil {
		return meta.LoggerHeader()
	}
	return ""
}

// pairs prints key:value and a tab for each pair. An odd last one is a key.
func pairs(kvPairs []interface{}) string {
	var b strings.Builder
	for i := 0; i < len(kvPairs); i += 2 {
		fmt.Fprintf(&b, "%v:", kvPairs[i])
		if i+1 < len(kvPairs) {
			fmt.Fprint(&b, kvPairs[i+1])
		}
		b.WriteByte('\t')
	}
	return b.String()
}
