package logger

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alibaba/ilogtail/pkg"
)

// logged returns what is logged at a level while do runs, without the times.
func logged(t *testing.T, at level, do func()) string {
	t.Helper()
	var b bytes.Buffer
	before, was := SetOutput(&b), atomic.SwapInt32(&current, int32(at))
	defer func() {
		SetOutput(before)
		atomic.StoreInt32(&current, was)
	}()
	do()
	return regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} `).ReplaceAllString(b.String(), "")
}

func TestLinesHaveTheHostsShape(t *testing.T) {
	ctx, _ := pkg.NewLogtailContextMeta("p", "l", "c")
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"pairs", func() { Info(ctx, "k", "v", "n", 5) }, "[INF] [c,l]\tk:v\tn:5\t\n"},
		{"an odd last key", func() { Debug(ctx, "k", "v", "odd") }, "[DBG] [c,l]\tk:v\todd:\t\n"},
		{"formatted text", func() { Infof(ctx, "%d%%", 5) }, "[INF] [c,l]\t5%\n"},
		{"formatted debug text", func() { Debugf(ctx, "x%s", "y") }, "[DBG] [c,l]\txy\n"},
		{"a warning", func() { Warning(ctx, aType, "k", "v") }, "[WRN] [c,l]\tAlarmType:X_ALARM\tk:v\t\n"},
		{"a formatted warning", func() { Warningf(ctx, aType, "%d", 1) }, "[WRN] [c,l]\tAlarmType:X_ALARM\t1\n"},
		{"an error", func() { Error(ctx, aType, "k", "v") }, "[ERR] [c,l]\tAlarmType:X_ALARM\tk:v\t\n"},
		{"a formatted error", func() { Errorf(ctx, aType, "%d", 1) }, "[ERR] [c,l]\tAlarmType:X_ALARM\t1\n"},
		{"a critical line", func() { Critical(ctx, aType, "k") }, "[CRT] [c,l]\tAlarmType:X_ALARM\tk:\t\n"},
		{"a formatted critical line", func() { Criticalf(ctx, aType, "x") }, "[CRT] [c,l]\tAlarmType:X_ALARM\tx\n"},
		{"no pipeline in the context", func() { Info(context.Background(), "k", "v") }, "[INF] k:v\t\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := logged(t, debug, c.do); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWritesOnlyWhatTheLevelAllows(t *testing.T) {
	ctx := context.Background()
	all := func() {
		Debug(ctx, "d")
		Info(ctx, "i")
		Warning(ctx, aType)
		Error(ctx, aType)
		Critical(ctx, aType)
	}
	for at := debug; at <= critical; at++ {
		lines := bytes.Count([]byte(logged(t, at, all)), []byte("\n"))
		if want := int(critical-at) + 1; lines != want {
			t.Errorf("level %s: %d lines, want %d", marks[at], lines, want)
		}
	}
	logged(t, info, func() {
		if DebugFlag() {
			t.Error("DebugFlag at level info")
		}
	})
}

func TestRecordsAlarmsEvenOfLinesThatAreNotWritten(t *testing.T) {
	ctx, meta := pkg.NewLogtailContextMeta("p", "l", "c")
	logged(t, critical, func() {
		Warning(ctx, aType, "k", 1)
		Warningf(ctx, aType, "last")
	})
	if got := meta.RecordedAlarms()[recordedAs(1)]; got != (pkg.Alarm{Count: 2, Last: "last"}) {
		t.Errorf("got %v", meta.RecordedAlarms())
	}
}

func TestTakesTheLevelByName(t *testing.T) {
	defer atomic.StoreInt32(&current, current)
	if err := SetLevel("Debug"); err != nil || !DebugFlag() {
		t.Errorf("debug: %v", err)
	}
	if err := SetLevel(""); err != nil || !DebugFlag() {
		t.Errorf("the empty name: %v", err)
	}
	if err := SetLevel("loud"); err == nil {
		t.Error("accepts the level loud")
	}
	if fromEnv("ERROR") != fault || fromEnv("") != info || fromEnv("loud") != info {
		t.Error("the environment variable is misread")
	}
}

func TestLinesOfManyGoroutinesDoNotMix(t *testing.T) {
	got := logged(t, info, func() {
		var all sync.WaitGroup
		for g := 0; g < 8; g++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for i := 0; i < 50; i++ {
					Info(context.Background(), "k", "v")
				}
			}()
		}
		all.Wait()
	})
	if want := fmt.Sprintf("%0400d", 0); got != regexp.MustCompile("0").ReplaceAllString(want, "[INF] k:v\t\n") {
		t.Errorf("lines are mixed: %.200q", got)
	}
}
