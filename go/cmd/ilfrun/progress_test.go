package main

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"ilf.local/go/harness"
)

func TestTheLineShowsTheRateOfTheLastSecond(t *testing.T) {
	begin := time.Unix(1000, 0)
	m := &meter{start: begin}
	var line string
	if line = m.line(begin.Add(redraw), harness.Stats{Records: 250}); !strings.Contains(line, " 1,000/s ") {
		t.Errorf("at first: %s", line)
	}
	m.past = nil
	for i := 1; i <= 40; i++ { // ten seconds: 1000 records/s, in the last one 4000/s
		records := uint64(i * 250)
		if i > 36 {
			records += uint64(i-36) * 750
		}
		line = m.line(begin.Add(time.Duration(i)*redraw), harness.Stats{
			Records: records, Bytes: 3 << 20, QueuedRecords: 7, QueuedGroups: 2,
		})
	}
	if want := "13,000 records  3.0 MiB  4,000/s  backlog 7+2  10s"; line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if line = m.line(begin, harness.Stats{ParkedGroups: 5}); !strings.Contains(line, "backlog 0+0+5 parked") {
		t.Errorf("got %s", line)
	}
}

func TestTheSummaryShowsTheRateOfTheRun(t *testing.T) {
	begin := time.Unix(1000, 0)
	got := (&meter{start: begin}).summary(begin.Add(1500*time.Millisecond),
		harness.Stats{Records: 3000, Bytes: 999, Groups: 12, Batches: 4})
	if want := "3,000 records  999 B  12 groups in 4 batches  2,000/s  1.5s"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if rate(5, 0) != 0 {
		t.Error("divides by zero")
	}
}

func TestFormatsNumbersForPeople(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d: got %s", n, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 1 << 20: "1.0 MiB",
		5 << 30: "5.0 GiB", 5 << 40: "5.0 TiB", 5 << 50: "5120.0 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d: got %s", n, got)
		}
	}
}

// lockedBuffer can be read while it is written to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestTheLineIsDrawnInPlaceAndClearedAtTheEnd(t *testing.T) {
	out := &lockedBuffer{}
	s := &screen{out: out}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		m := &meter{start: time.Now()}
		showProgress(s, func() int { return 12 },
			func(now time.Time) string { return m.line(now, harness.Stats{}) }, done)
	}()
	eventually(t, "the line is drawn", func() bool { return strings.Contains(out.String(), "records") })
	close(done)
	<-ended
	if got := out.String(); got != clearLine+"0 records  "+clearLine {
		t.Errorf("drawn %q, want a line of 11 columns, then none", got)
	}
}

func TestLogLinesGoAboveTheLiveLine(t *testing.T) {
	var out bytes.Buffer
	s := &screen{out: &out}
	write := func(line string) {
		if n, err := s.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	write("first\n")
	s.draw("live")
	s.draw("live") // not again
	write("second\n")
	s.draw("")
	s.draw("")
	write("third\n")
	want := "first\n" + clearLine + "live" + clearLine + "second\nlive" + clearLine + "third\n"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTellsATerminalFromAFile(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if isTerminal(file) || width(file) != 80 {
		t.Error("a file counts as a terminal")
	}
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	defer terminal.Close()
	if !isTerminal(terminal) {
		t.Error("a terminal does not count as one")
	}
}

func TestTellsWhenNobodyReadsAPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if readerGone(writer) {
		t.Error("the reader counts as gone")
	}
	_ = reader.Close()
	if !readerGone(writer) {
		t.Error("the reader counts as there")
	}
}
