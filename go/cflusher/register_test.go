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
		if err := (&Flusher{name: name}).create(); !known[name] && (err == nil || !strings.Contains(err.Error(), "is left out")) {
			t.Errorf("%s is not in the library, and creating it says %v", name, err)
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
	complaints := register(flushers, []string{"flusher_c_null", "flusher_c_stdout"})
	if len(complaints) != 1 || !strings.Contains(complaints[0], "flusher_c_null is registered already") {
		t.Errorf("got %q", complaints)
	}
	if flushers["flusher_c_null"]() != nil || flushers["flusher_c_stdout"] == nil {
		t.Error("the wrong creator is there")
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
