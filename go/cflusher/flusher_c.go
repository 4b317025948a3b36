// The lines of C flushers in the host's log. The host shows the file and the
// function that have called its logger as the source of a line, so all such
// calls are in this file, which has the name that the flushers' types begin with.

package cflusher

import (
	"context"
	"reflect"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/logger"
)

// warn logs a warning with an alarm type. The host's functions for it changed
// the type of one parameter in release 3, to one that no package outside can
// name: see hostLog.
var warn = warner(logger.Warningf)

func warner[A any](warningf func(context.Context, A, string, ...interface{})) func(context.Context, string, string) {
	return hostLog[A]{warningf}.warn
}

// hostLog adapts a host's logger.Warningf, whose second parameter is a string
// before release 3, and from then on an interface that only the type of
// LogtailContextMeta.RecordAlarm's first parameter implements. It makes a value
// of that type by reflection, but the call itself is one of ours: through
// reflect.Value.Call the source of every line would be value.go.
type hostLog[A any] struct {
	warningf func(context.Context, A, string, ...interface{})
}

func (h hostLog[A]) warn(ctx context.Context, alarm, text string) {
	if typed, ok := alarmAs[A](alarm); ok {
		h.warningf(ctx, typed, "%s", text)
		return
	}
	logger.Info(ctx, "WARNING "+alarm, text)
}

// alarmAs makes an alarm of the type that the host wants, if we know how.
func alarmAs[A any](alarm string) (typed A, ok bool) {
	if typed, ok = interface{}(alarm).(A); ok {
		return typed, true
	}
	record, found := reflect.TypeOf(&pkg.LogtailContextMeta{}).MethodByName("RecordAlarm")
	if !found || record.Type.NumIn() < 2 || record.Type.In(1).Kind() != reflect.String {
		return typed, false
	}
	value := reflect.New(record.Type.In(1)).Elem()
	value.SetString(alarm)
	typed, ok = value.Interface().(A)
	return typed, ok
}

func debugLine(ctx context.Context, text string) { logger.Debug(ctx, text) }
func info(ctx context.Context, text string)      { logger.Info(ctx, text) }
