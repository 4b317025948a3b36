// Package harness re-enacts the host: it loads pipelines, drives their plugins
// and stops them the way iLogtail and LoongCollector do, release by release, so
// that flushers can be run and tested without the host. Where it departs from
// the host on purpose, a comment at that place says so.
package harness

import (
	"fmt"
	"strings"
)

// Release is a generation of the host.
type Release int

// The releases that differ in what flushers see.
const (
	V18 Release = iota // iLogtail 1.8
	V20                // iLogtail 2.0
	V3                 // LoongCollector 3.x
)

// rules is all that differs between the releases, in one place.
type rules struct {
	name string

	// Loading.
	topLevelVersion   bool   // the pipeline generation is "version", not global.StructureType
	randomOrder       bool   // categories load in random order, unknown ones are refused, Init precedes the interface check
	cutPriority       bool   // "#1" is cut from a type even without an id
	wholeInputType    bool   // inputs are looked up with their id, that is, not found
	defaultAggregator string // what aggregator_default stands for
	stripSuffix       bool   // plugins do not see the /1 or /2 that the C++ host appends to config names
	refuseUnchanged   bool   // a config whose stop hangs is refused until its text changes

	// Running.
	tagsAtFlush      bool // hostname and global tags are added by the flusher goroutine
	v2MetricInputs   bool // metric inputs run in v2 pipelines
	v2TimersMillions bool // v2 aggregators are asked a million times too rarely

	// Stopping.
	holdOn       bool // HoldOn and Resume; otherwise Start and Stop per config
	parkEarly    bool // batches may be parked from the moment that the stop begins
	handOverBare bool // parked data is kept under the name without suffix, but looked up with it
}

var releases = [...]rules{
	V18: {
		name:              "1.8",
		topLevelVersion:   true,
		wholeInputType:    true,
		defaultAggregator: "aggregator_base",
		refuseUnchanged:   true,
		tagsAtFlush:       true,
		v2TimersMillions:  true,
		holdOn:            true,
	},
	V20: {
		name:              "2.0",
		randomOrder:       true,
		cutPriority:       true,
		defaultAggregator: "aggregator_context",
		stripSuffix:       true,
		refuseUnchanged:   true,
		tagsAtFlush:       true,
		v2MetricInputs:    true,
		holdOn:            true,
	},
	V3: {
		name:              "3.x",
		defaultAggregator: "aggregator_context",
		stripSuffix:       true,
		v2MetricInputs:    true,
		parkEarly:         true,
		handOverBare:      true,
	},
}

// String is the name that ParseRelease takes.
func (r Release) String() string { return releases[r].name }

// ParseRelease takes 1.8, 2.0 and 3.x, and any version that begins so.
func ParseRelease(name string) (Release, error) {
	for release, rules := range releases {
		prefix := strings.TrimSuffix(rules.name, ".x")
		if name == prefix || strings.HasPrefix(name, prefix+".") {
			return Release(release), nil
		}
	}
	return 0, fmt.Errorf("unknown release %q: use 1.8, 2.0 or 3.x", name)
}

// lookup turns the type of a plugin, Type[/ID][#Priority], into the name under
// which it is registered.
func (r *rules) lookup(category, typ string) string {
	if r.wholeInputType && category == inputs {
		return typ
	}
	slash := strings.IndexByte(typ, '/')
	if slash >= 0 {
		typ = typ[:slash]
	}
	if slash >= 0 || r.cutPriority {
		typ, _, _ = strings.Cut(typ, "#")
	}
	if typ == "aggregator_default" {
		return r.defaultAggregator
	}
	return typ
}

// visibleName is the config name as plugins see it.
func (r *rules) visibleName(config string) string {
	if r.stripSuffix {
		return bareName(config)
	}
	return config
}

// bareName cuts off one trailing /1 or /2.
func bareName(config string) string {
	if strings.HasSuffix(config, "/1") || strings.HasSuffix(config, "/2") {
		return config[:len(config)-2]
	}
	return config
}
