// The settings that all pipelines share and that each may override.

package harness

import (
	"encoding/json"
	"fmt"
	"strings"
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

// readGlobal settles the generation of the pipeline and its global settings.
func (l *line) readGlobal(body map[string]interface{}) error {
	if err := l.overrideGlobal(body); err != nil {
		return err
	}
	if err := l.setGeneration(body); err != nil {
		return err
	}
	// A pipeline without inputs is fed by the C++ host, which keeps a queue of its own.
	if _, hasInputs := body[inputs]; !hasInputs && body["mix_process_mode"] != "observer" {
		l.global.DefaultLogQueueSize = 10
	}
	return nil
}

func (l *line) overrideGlobal(body map[string]interface{}) (err error) {
	given, present := body["global"]
	if !present {
		return nil
	}
	if l.report == nil {
		l.global, err = l.global.override(given)
		return err
	}
	if l.global, err = l.global.override(nil); err == nil {
		l.report.decode("global", &l.global, given, isAgentSetting)
	}
	return err
}

func (l *line) setGeneration(body map[string]interface{}) error {
	global, _ := body["global"].(map[string]interface{})
	path, version := "global.StructureType", global["StructureType"]
	elsewhere, unseen := "version", body["version"]
	if l.agent.rules.topLevelVersion {
		path, version, elsewhere, unseen = elsewhere, unseen, path, version
	}
	if l.report != nil && unseen != nil && !isText(unseen, "v1") {
		l.report.warn(elsewhere, "means nothing to release %s, which looks at %s", l.agent.rules.name, path)
	}
	switch {
	case version == nil || isText(version, "v1"):
		l.work = newV1(l)
	case isText(version, "v2"):
		l.work = newV2(l)
	default:
		l.work = newV1(l)
		return l.fail(path, fmt.Errorf("undefined config version %v: use v1 or v2", version))
	}
	return nil
}

func isText(value interface{}, text string) bool {
	given, is := value.(string)
	return is && strings.EqualFold(given, text)
}
