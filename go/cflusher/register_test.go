package cflusher

import (
	"strings"
	"testing"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

func TestEveryFlusherOfTheLibraryIsRegistered(t *testing.T) {
	names := libraryNames()
	if len(names) == 0 {
		t.Fatal("the library has no flusher")
	}
	for _, name := range names {
		if pipeline.Flushers[name] == nil {
			t.Errorf("%s is not registered", name)
		}
	}
}

func TestTheNamesKnownWithoutALibraryAreThoseOfTheLibrary(t *testing.T) {
	known := map[string]bool{}
	for _, name := range libraryNames() {
		known[name] = true
	}
	for _, name := range builtin {
		if !known[name] {
			t.Errorf("%s is not in the library", name)
		}
		delete(known, name)
	}
	delete(known, "flusher_c_dump") // these two are only in the library of the tests
	delete(known, "flusher_c_format")
	for name := range known {
		t.Errorf("%s is missing", name)
	}
}

func TestATakenNameIsLeftToItsOwner(t *testing.T) {
	native := func() pipeline.Flusher { return nil }
	flushers := map[string]pipeline.FlusherCreator{"flusher_c_null": native}
	complaints := register(flushers, []string{"flusher_c_null", "flusher_c_stdout"}, "")
	if len(complaints) != 1 || !strings.Contains(complaints[0], "flusher_c_null is registered already") {
		t.Errorf("got %q", complaints)
	}
	if flushers["flusher_c_null"]() != nil || flushers["flusher_c_stdout"] == nil {
		t.Error("the wrong creator is there")
	}
}

func TestNativeNamesAreTakenOnlyOnDemand(t *testing.T) {
	native := func() pipeline.Flusher { return nil }
	flushers := map[string]pipeline.FlusherCreator{"flusher_stdout": native, "flusher_sleep": native}
	complaints := register(flushers, []string{"flusher_c_stdout", "flusher_c_kafka", "flusher_c_sleep"}, "stdout, kafka,nope")
	if len(complaints) != 1 || complaints[0] != "$ILF_REPLACE_NATIVE: there is no flusher_c_nope to replace the native nope" {
		t.Errorf("got %q", complaints)
	}
	for _, name := range []string{"flusher_stdout", "flusher_kafka_v2"} {
		if flushers[name] == nil || flushers[name]() == nil {
			t.Errorf("%s is not ours", name)
		}
	}
	if flushers["flusher_sleep"]() != nil {
		t.Error("flusher_sleep was replaced without being asked for")
	}
}

func TestListAndExplainDescribeTheFlushers(t *testing.T) {
	infos, err := List()
	if err != nil || len(infos) < len(builtin) {
		t.Fatalf("got %v, %v", infos, err)
	}
	for _, info := range infos {
		page, err := Explain(info.Name, "")
		if err != nil || !strings.HasPrefix(page, info.Name+" "+info.Description+"\n") {
			t.Errorf("%s: %v, %q", info.Name, err, page)
		}
	}
}
