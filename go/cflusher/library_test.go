package cflusher

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compile makes a shared library of the C source.
func compile(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	c, so := filepath.Join(dir, "x.c"), filepath.Join(dir, "libilf.so")
	if err := os.WriteFile(c, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return so
}

func requireRefused(t *testing.T, paths []string, want ...string) {
	t.Helper()
	before := LibraryPath()
	_, err := search(paths)
	if err == nil {
		t.Fatal("it was loaded")
	}
	if !errors.Is(err, ErrLibrary) || strings.Contains(err.Error(), "\n") {
		t.Errorf("not one line of ErrLibrary: %q", err)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if LibraryPath() != before {
		t.Error("the library that was there is gone")
	}
}

func TestSaysWhereItLookedForALibraryThatIsNowhere(t *testing.T) {
	requireRefused(t, []string{"/no/such/libilf.so.1", "libilf-that-is-nowhere.so"},
		"it is at none of /no/such/libilf.so.1, libilf-that-is-nowhere.so", "$ILF_LIBRARY")
}

func TestSaysThatTheNamedLibraryIsMissing(t *testing.T) {
	requireRefused(t, []string{"/no/such/libilf.so"}, "/no/such/libilf.so: cannot open shared object file")
}

func TestRefusesALibraryOfAnotherMajor(t *testing.T) {
	so := compile(t, "unsigned ilf_abi(void) { return 2u << 16; }")
	requireRefused(t, []string{so}, so+": has ABI 2.0, this agent needs 1.0 or a later 1.x", "install the libilf")
}

func TestRefusesALibraryThatLacksAFunction(t *testing.T) {
	so := compile(t, "unsigned ilf_abi(void) { return 1u << 16; }")
	requireRefused(t, []string{so}, "has no symbol ilf_version")
}

func TestRefusesALibraryThatIsAnotherOne(t *testing.T) {
	requireRefused(t, []string{compile(t, "int x;")}, "is not libilf: it has no symbol ilf_abi")
}

func TestRefusesAFileThatIsNoLibrary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "libilf.so")
	if err := os.WriteFile(path, []byte("not ELF"), 0o600); err != nil {
		t.Fatal(err)
	}
	requireRefused(t, []string{path, "libilf.so.1"}, path) // and does not go on to the next
}

func TestLooksBesideTheExecutableThenInLibBesideBinThenWhereTheSystemDoes(t *testing.T) {
	t.Setenv(LibraryVariable, "")
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(executable)
	lib := filepath.Join(filepath.Dir(dir), "lib")
	want := []string{filepath.Join(dir, "libilf.so.1"), filepath.Join(dir, "libilf.so"),
		filepath.Join(lib, "libilf.so.1"), filepath.Join(lib, "libilf.so"), "libilf.so.1", "libilf.so"}
	if got := candidates(); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %v, want %v", got, want)
	}
	t.Setenv(LibraryVariable, "/named")
	if got := candidates(); len(got) != 1 || got[0] != "/named" {
		t.Errorf("got %v", got)
	}
}
