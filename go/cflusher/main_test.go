package cflusher

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if err := load(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\nThese tests need the library of the tests: run `make test-go`, or "+
			"`make build/tests/libilf.so` and set $%s to it.\n", err, LibraryVariable)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
