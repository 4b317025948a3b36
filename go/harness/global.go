// The settings that all pipelines share and that each may override.

package harness

import (
	"encoding/json"
	"fmt"
)

// Global holds those of the host's global settings that make a difference here.
// FlushIntervalMs is there because configs have it; no release looks at it.
type Global struct {
	InputIntervalMs             int
	InputMaxFirstCollectDelayMs int
	AggregatIntervalMs          int
	FlushIntervalMs             int
	DefaultLogQueueSize         int
	DefaultLogGroupQueueSize    int
	Tags                        map[string]string
	HostIP                      string
	Hostname                    string
	AlwaysOnline                bool
	DelayStopSec                int
	EnableTimestampNanosecond   bool
}

// DefaultGlobal is what the host assumes. One default is not the host's:
// InputMaxFirstCollectDelayMs is 0, not 10000, lest every test wait for it.
func DefaultGlobal() Global {
	return Global{
		InputIntervalMs:          1000,
		AggregatIntervalMs:       3000,
		FlushIntervalMs:          3000,
		DefaultLogQueueSize:      1000,
		DefaultLogGroupQueueSize: 4,
		DelayStopSec:             300,
	}
}

// override returns the settings with those of a pipeline's "global" applied.
func (g Global) override(with interface{}) (Global, error) {
	tags := make(map[string]string, len(g.Tags))
	for key, value := range g.Tags {
		tags[key] = value
	}
	g.Tags = tags // a copy, because decoding adds to the map in place
	text, err := json.Marshal(with)
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		return g, fmt.Errorf("global: %w", err)
	}
	return g, nil
}
