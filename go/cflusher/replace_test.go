package cflusher

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

func TestNativeNamesAreTakenOnlyOnDemand(t *testing.T) {
	native := func() pipeline.Flusher { return nil }
	flushers := map[string]pipeline.FlusherCreator{"flusher_stdout": native, "flusher_sleep": native}
	names, complaints := replace(flushers, []string{"flusher_c_stdout", "flusher_c_kafka", "flusher_c_sleep"}, "stdout, kafka,nope")
	if len(complaints) != 1 || complaints[0] != "$ILF_REPLACE_NATIVE: there is no flusher_c_nope to replace the native nope" {
		t.Errorf("got %q", complaints)
	}
	for _, name := range names {
		if flushers[name] == nil || flushers[name]() == nil {
			t.Errorf("%s is not ours", name)
		}
	}
	if flushers["flusher_sleep"]() != nil {
		t.Error("flusher_sleep was replaced without being asked for")
	}
	if want := []string{"flusher_stdout", "flusher_kafka_v2"}; !reflect.DeepEqual(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// latecomer runs a host whose own flusher_sleep is initialised after ours.
func latecomer(t *testing.T, args ...string) (stdout, stderr string) {
	bin := filepath.Join(t.TempDir(), "host")
	build := exec.Command("go", "build", "-race", "-o", bin, "../internal/latecomer/host")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var out, err strings.Builder
	host := exec.Command(bin, args...)
	host.Env = append(os.Environ(), ReplaceVariable+"=sleep,statistics")
	host.Stdout, host.Stderr = &out, &err
	if e := host.Run(); e != nil {
		t.Fatalf("%v: %s", e, err.String())
	}
	return out.String(), err.String()
}

func TestANativeFlusherThatTakesItsNameBackIsNamedAtStart(t *testing.T) {
	late, stderr := latecomer(t)
	want := "cflusher: $ILF_REPLACE_NATIVE has no effect for flusher_sleep: the agent's own is initialised later and took its name back"
	if late != "true\n" || !strings.HasPrefix(stderr, want) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("got %q, %q", late, stderr)
	}
}

func TestReplaceNativeInALaterPackageWins(t *testing.T) {
	late, stderr := latecomer(t, "replace")
	if late != "false\n" || stderr != "" {
		t.Errorf("got %q, %q", late, stderr)
	}
}
