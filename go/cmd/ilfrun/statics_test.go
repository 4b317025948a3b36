package main

import (
	"strings"
	"testing"
)

func TestStaticsKeepTheLastValueOfEverySeriesUnderItsFamily(t *testing.T) {
	var s statics
	s.add("# HELP a A.\n# TYPE a counter\na{i=\"1\"} 1\na{i=\"2\"} 2\n# HELP b B.\n# TYPE b counter\nb{i=\"1\"} 3\n")
	s.add("# HELP a A.\n# TYPE a counter\na{i=\"2\"} 5\na{i=\"3 x\"} 6\n")
	s.add("")
	var got strings.Builder
	s.print(&got)
	want := "# HELP a A.\n# TYPE a counter\na{i=\"1\"} 1\na{i=\"2\"} 5\na{i=\"3 x\"} 6\n# HELP b B.\n# TYPE b counter\nb{i=\"1\"} 3\n"
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestStaticsOfNoFlusherPrintNothing(t *testing.T) {
	var s statics
	var got strings.Builder
	s.print(&got)
	if got.Len() > 0 {
		t.Errorf("got %q", got.String())
	}
}
