// Standard error, shared by log lines and a line that is drawn over and over.

package main

import (
	"io"
	"sync"
)

const (
	clearLine = "\r\x1b[K"
)

// screen keeps whole lines above the live one.
type screen struct {
	mu   sync.Mutex
	out  io.Writer
	live string // what is drawn now
}

// Write takes whole lines.
func (s *screen) Write(lines []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == "" {
		return s.out.Write(lines)
	}
	text := clearLine + string(lines) + s.live
	if _, err := io.WriteString(s.out, text); err != nil {
		return 0, err
	}
	return len(lines), nil
}

// draw replaces the live line; the empty one leaves none.
func (s *screen) draw(live string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if live == s.live {
		return
	}
	s.live = live
	_, _ = io.WriteString(s.out, clearLine+live) // there is nowhere to report that stderr is closed
}
