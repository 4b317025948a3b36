// The metrics of all flushers of a run, for the last line and -force-statics.

package main

import (
	"io"
	"strings"
	"sync"
)

// statics gathers pages of metrics in Prometheus' text format. A flusher's
// metrics go with it, so there is a page from each time that some are stopped;
// of a series that several of them show, the last value counts.
type statics struct {
	mu       sync.Mutex
	families []string            // first lines of each family: # HELP, # TYPE
	series   map[string][]string // of a family, in the order of their coming
	values   map[string]string
}

func (s *statics) add(page string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.series == nil {
		s.series, s.values = map[string][]string{}, map[string]string{}
	}
	family := ""
	for _, line := range strings.Split(page, "\n") {
		space := strings.LastIndexByte(line, ' ')
		switch {
		case strings.HasPrefix(line, "# HELP "):
			family = line + "\n"
		case strings.HasPrefix(line, "# TYPE "):
			family += line + "\n"
			if _, known := s.series[family]; !known {
				s.families = append(s.families, family)
				s.series[family] = nil
			}
		case space > 0:
			name := line[:space]
			if _, known := s.values[name]; !known {
				s.series[family] = append(s.series[family], name)
			}
			s.values[name] = line[space:]
		}
	}
}

func (s *statics) print(to io.Writer) { _, _ = io.WriteString(to, s.page()) }

// with is the page of all, those included that run now.
func (s *statics) with(live string) string {
	var all statics
	all.add(s.page())
	all.add(live)
	return all.page()
}

func (s *statics) page() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var text strings.Builder
	for _, family := range s.families {
		text.WriteString(family)
		for _, name := range s.series[family] {
			text.WriteString(name + s.values[name] + "\n")
		}
	}
	return text.String()
}
