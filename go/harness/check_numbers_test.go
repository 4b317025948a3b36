package harness

import (
	"strings"
	"testing"
)

func TestTellsOfNumbersThatTheHostChanges(t *testing.T) {
	for _, c := range []struct{ number, want string }{
		{"9007199254740992", ""},
		{"-9007199254740992", ""},
		{"9007199254740993", "x[0].y: warning: the number has more digits"},
		{"12345678901234567890", "x[0].y: warning: the number has more digits"},
		{"1152921504606846976", "x[0].y: warning: the number has more digits"}, // 2^60 is handed over as ...847000
		{"0.12345678901234567890", ""},
		{"1e300", ""},
		{"-0", ""},
		{"1e999", "x[0].y: the number is too large"},
	} {
		r := &report{}
		body, ok := r.body(`{"x": [{"y": ` + c.number + `}]}`)
		got := printed(r.problems)
		if !ok || body == nil || !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: got %s", c.number, got)
		}
		if strings.Contains(got, c.number) {
			t.Errorf("shows the number, which may be a secret: %s", got)
		}
	}
}
