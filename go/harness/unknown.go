// Types that are not registered: what the host says of them, and what a check does.

package harness

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// cannotFind is for the categories without which the host refuses a config.
func (l *line) cannotFind(category, typ string) error {
	if l.report == nil {
		return fmt.Errorf("can't find plugin %s", typ)
	}
	instead := l.instead(category, typ)
	if instead == "" {
		instead = ", so the pipeline is rejected, as by an agent that has no such plugin"
	}
	return &placed{errors.New(notHere(category, typ) + instead), ".type"}
}

// skipped is for those that the host leaves out, with a line in its log or
// without (""). It passes the error on that a known plugin has.
func (l *line) skipped(alarm, category, typ string, err error) error {
	switch {
	case err != nil:
		return err
	case l.report != nil: // what a pipeline lacks is no detail, so it is an error to a check
		return &placed{fmt.Errorf("%s, so it is skipped, as in an agent that has no such plugin%s",
			notHere(category, typ), l.instead(category, typ)), ".type"}
	case alarm != "":
		l.logf(alarm, "can't find plugin %s, it is skipped", typ)
	}
	return nil
}

func notHere(category, typ string) string {
	return fmt.Sprintf("there is no %s %s here", strings.TrimSuffix(category, "s"), typ)
}

// instead names what to write: our edition of a native flusher, or the nearest name.
func (l *line) instead(category, typ string) string {
	name := strings.TrimPrefix(l.agent.rules.lookup(category, typ), "flusher_")
	ours := "flusher_c_" + strings.TrimSuffix(name, "_v2")
	if _, known := pipeline.Flushers[ours]; known && category == flushers {
		return fmt.Sprintf("; %s takes its place, with the same options", ours)
	}
	return didYouMean(typ, knownTypes(category))
}

func knownTypes(category string) []string {
	switch category {
	case extensions:
		return sortedKeys(pipeline.Extensions)
	case inputs:
		return append(sortedKeys(pipeline.MetricInputs), sortedKeys(pipeline.ServiceInputs)...)
	case processors:
		return sortedKeys(pipeline.Processors)
	case aggregators:
		return append(sortedKeys(pipeline.Aggregators), "aggregator_default")
	}
	return sortedKeys(pipeline.Flushers)
}
