package pkg

import (
	"context"
	"testing"
)

func TestTheHeaderNamesConfigAndLogstore(t *testing.T) {
	for _, c := range []struct{ name, logstore, want string }{
		{"with a logstore", "l", "[c,l]\t"},
		{"without a logstore", "", "[c]\t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, meta := NewLogtailContextMeta("p", c.logstore, "c")
			if meta.LoggerHeader() != c.want || ctx.Value(LogTailMeta) != meta {
				t.Errorf("got %q", meta.LoggerHeader())
			}
			if meta.GetProject() != "p" || meta.GetLogStore() != c.logstore || meta.GetConfigName() != "c" {
				t.Errorf("got %v", meta)
			}
		})
	}
}

func TestCountsAlarmsAndKeepsTheLastMessage(t *testing.T) {
	_, meta := NewLogtailContextMeta("p", "l", "c")
	record(meta, "first")
	key := record(meta, "last")
	if got := meta.RecordedAlarms()[key]; got != (Alarm{Count: 2, Last: "last"}) {
		t.Errorf("got %v", meta.RecordedAlarms())
	}
}

func TestWithoutAlarmKeepsNothing(t *testing.T) {
	var ctx context.Context
	ctx, meta := NewLogtailContextMetaWithoutAlarm("p", "l", "c")
	record(meta, "lost")
	if len(meta.RecordedAlarms()) != 0 || ctx.Value(LogTailMeta) == nil {
		t.Errorf("got %v", meta.RecordedAlarms())
	}
}
