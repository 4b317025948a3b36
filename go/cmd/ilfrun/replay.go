// Sending dead letters again.

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// replayed counts the lines of a file of dead letters.
type replayed struct {
	Lines  int // read
	Sent   int // taken by the flusher; what it fails to deliver is a dead letter again
	Failed int // not taken
}

func (r replayed) String() string {
	return fmt.Sprintf("%d letters: %d taken, %d not", r.Lines, r.Sent, r.Failed)
}

// replayLines hands every line to send, and those that it does not take, with
// the reason, to failed. It reads on after lines that are broken, such as one
// that a crash has torn. Only reading itself and failed end it early.
func replayLines(in io.Reader, send func(line []byte) error, failed func(line []byte, why error) error,
	progress func(replayed)) (count replayed, err error) {
	lines := bufio.NewReader(in)
	for err == nil {
		var line []byte
		line, err = lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return count, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			continue
		}
		count.Lines++
		if why := send(line); why == nil {
			count.Sent++
		} else {
			count.Failed++
			why = fmt.Errorf("line %d: %w", count.Lines, why)
			if failure := failed(line, why); failure != nil {
				return count, failure
			}
		}
		progress(count)
	}
	return count, nil
}
