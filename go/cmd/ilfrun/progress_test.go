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
	if line = m.line(begin.Add(redraw), harness.Stats{Records: 250}, ends{}); !strings.Contains(line, " 1,000/s ") {
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
		}, ends{})
	}
	if want := "13,000 accepted  4,000/s  host's queues 7+2  3.0 MiB  10s"; line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if line = m.line(begin, harness.Stats{ParkedGroups: 5}, ends{}); !strings.Contains(line, "host's queues 0+0+5 parked") {
		t.Errorf("got %s", line)
	}
}

func TestTheLineShowsWhatIsNotDeliveredYet(t *testing.T) {
	begin := time.Unix(1000, 0)
	for want, e := range map[string]ends{
		"0 delivered  backlog 12,000, oldest 1m5s  circuit open: http://a, http://b  9 retried": {
			accepted: 12000, queued: 12000, oldest: 65.4, retried: 9, openCircuits: []string{"http://a", "http://b"}},
		"1 delivered  2 dead-lettered  3 dropped  backlog 4, spool 5, oldest 0s": {
			accepted: 15, delivered: 1, dead: 2, dropped: 3, queued: 4, spooled: 5},
		"12 delivered  backlog 0  0 B": {accepted: 12, delivered: 12},
	} {
		if line := (&meter{start: begin}).line(begin, harness.Stats{}, e); !strings.Contains(line, want) {
			t.Errorf("got  %s\nwant %s", line, want)
		}
	}
}

func TestTheSummaryShowsTheRateOfTheRun(t *testing.T) {
	begin := time.Unix(1000, 0)
	got := (&meter{start: begin}).summary(begin.Add(1500*time.Millisecond),
		harness.Stats{Records: 3000, Bytes: 999, Groups: 12, Batches: 4},
		ends{accepted: 3000, delivered: 1, dead: 2, dropped: 3, spooled: 4, handedOver: 5})
	if want := "3,000 records  999 B  12 groups in 4 batches  2,000/s  1.5s: 1 delivered, 2 dead-lettered, " +
		"3 dropped, 4 left in the spool, 5 handed over"; got != want {
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
			func(now time.Time) string { return m.line(now, harness.Stats{}, ends{}) }, done)
	}()
	eventually(t, "the line is drawn", func() bool { return strings.Contains(out.String(), "accepted") })
	close(done)
	<-ended
	if got := out.String(); got != clearLine+"0 accepted "+clearLine {
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
