package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReplaysEveryLineAndKeepsWhatFails(t *testing.T) {
	var sent, kept bytes.Buffer
	var reasons []string
	steps := 0
	send := func(line []byte) error {
		if bytes.HasPrefix(line, []byte("bad")) {
			return errors.New("is no JSON")
		}
		fmt.Fprintf(&sent, "%s|", line)
		return nil
	}
	keep := func(line []byte, why error) error {
		fmt.Fprintf(&kept, "%s|", line)
		reasons = append(reasons, why.Error())
		return nil
	}
	long := strings.Repeat("x", 1<<20)
	in := strings.NewReader("one\n\nbad\r\n" + long + "\nlast")
	count, err := replayLines(in, send, keep, func(replayed) { steps++ })
	if err != nil || count != (replayed{Lines: 4, Sent: 3, Failed: 1}) || steps != 4 {
		t.Errorf("%v, %v, %d steps", count, err, steps)
	}
	if sent.String() != "one|"+long+"|last|" || kept.String() != "bad|" {
		t.Errorf("sent %d bytes, kept %q", sent.Len(), kept.String())
	}
	if len(reasons) != 1 || reasons[0] != "line 2: is no JSON" {
		t.Error(reasons)
	}
	if count.String() != "4 letters: 3 taken, 1 not" {
		t.Error(count)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("disk") }

func TestReplayEndsWhenTheFileCannotBeReadOrWritten(t *testing.T) {
	fail := func([]byte) error { return errors.New("no") }
	full := errors.New("full")
	keep := func([]byte, error) error { return full }
	none := func(replayed) { /* nothing */ }
	if _, err := replayLines(brokenReader{}, fail, keep, none); err == nil || err.Error() != "disk" {
		t.Error(err)
	}
	if count, err := replayLines(strings.NewReader("a\nb\n"), fail, keep, none); err != full || count.Lines != 1 {
		t.Error(count, err)
	}
}
