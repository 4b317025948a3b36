package cflusher

import (
	"bytes"
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg"
	"github.com/alibaba/ilogtail/pkg/logger"
)

// Built with the tag ilogtail_v3 the stand-in has the types of release 3, else
// those of 1.8 and 2.0: CI runs this in both.
func TestWarningsReachTheHostsLogWhateverTypeItsAlarmsHave(t *testing.T) {
	var out bytes.Buffer
	restore := logger.SetOutput(&out)
	defer logger.SetOutput(restore)
	ctx, _ := pkg.NewLogtailContextMetaWithoutAlarm("p", "l", "my config")
	warn(ctx, flushAlarm, "100% of it")
	for _, want := range []string{"100% of it", flushAlarm, "my config"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %q", want, out.String())
		}
	}
}

func TestAWarningIsNotLostWhenTheHostHasAnUnknownShape(t *testing.T) {
	var out bytes.Buffer
	restore := logger.SetOutput(&out)
	defer logger.SetOutput(restore)
	unknown := func(context.Context, int, string, ...interface{}) {}
	warner(unknown)(context.Background(), flushAlarm, "some text")
	if !strings.Contains(out.String(), "some text") {
		t.Errorf("the log says %q", out.String())
	}
}

// fancyAlarm is as the host's TypedAlarmType since release 3.
type fancyAlarm interface{ String() string }

func TestTheSourceOfALineIsTheFlusherNotReflection(t *testing.T) {
	var file string
	source := func() {
		pc, path, _, _ := runtime.Caller(2) // as the host's logger looks: who has called Warningf
		file = filepath.Base(path)
		if name := runtime.FuncForPC(pc).Name(); !strings.HasSuffix(name, ".warn") {
			t.Errorf("the function is %s", name)
		}
	}
	ctx := context.Background()
	warner(func(context.Context, string, string, ...interface{}) { source() })(ctx, flushAlarm, "x")
	if file != "flusher_c.go" {
		t.Errorf("before release 3 the source is %s", file)
	}
	file = ""
	if _, ok := alarmAs[fancyAlarm](flushAlarm); !ok {
		t.Skip("the alarms of this host are strings")
	}
	warner(func(context.Context, fancyAlarm, string, ...interface{}) { source() })(ctx, flushAlarm, "x")
	if file != "flusher_c.go" {
		t.Errorf("since release 3 the source is %s", file)
	}
}
