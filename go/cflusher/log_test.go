package cflusher

import (
	"bytes"
	"context"
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
	warner(func(int) {})(context.Background(), flushAlarm, "some text")
	if !strings.Contains(out.String(), "some text") {
		t.Errorf("the log says %q", out.String())
	}
}
