package faults

import (
	"fmt"
	"testing"

	"ilf.local/go/harness"
)

// What is in flight is in librdkafka's own queue, which no reload waits for.
func TestKafkaReloadsWithTheBrokerAwayAreQuickAndLoseNothing(t *testing.T) {
	eachModelOfKafka(t, func(t *testing.T, m model) {
		c := broker(t)
		f := frontOf(t, nil)
		t.Parallel()
		const each, more = 26000, 500
		topic := topicOf(t, c, 3, 1)
		agent := m.agent()
		f.Shut()
		pipelines := func(first, count int, further detail) (configs []harness.LoadedConfig) {
			for i := 0; i < 2; i++ {
				d := toKafka([]string{f.Address()}, topic).with(detail{"Batch": table{"MaxAge": "5ms", "MaxRecords": 500}}).with(further)
				configs = append(configs, pipelineOf(fmt.Sprintf("%s-%d", topic, i), d, i*(each+2*more)+first, count))
			}
			return configs
		}
		must(t, agent.Run(pipelines(0, each, nil)...))
		flushed(t, agent, 2*each)
		reload(t, agent, pipelines(each, more, detail{"Timeout": "20s"})...)
		flushed(t, agent, 2*(each+more))
		reload(t, agent, pipelines(each+more, more, nil)...)
		must(t, f.Listen())
		arrive(t, c, 2*(each+2*more), topic)
		must(t, agent.StopAll())
		accounted(t, inKafka(t, c, false, topic), nil, 2*(each+2*more), none)
	})
}

// The new instance waits for what the old one has in flight, which comes back when the broker stays away.
func TestKafkaWhatIsInFlightAtAReloadKeepsItsPlace(t *testing.T) {
	eachModelOfKafka(t, func(t *testing.T, m model) {
		c := broker(t)
		f := frontOf(t, nil)
		t.Parallel()
		topic := topicOf(t, c, 1, 1)
		agent := m.agent()
		f.Shut()
		d := toKafka([]string{f.Address()}, topic).with(detail{"StopTimeout": "500ms", "HashKeys": []string{"content.none"}})
		must(t, agent.Run(pipelineOf(topic, d, 0, records)))
		for i := 1; i < 4; i++ {
			flushed(t, agent, i*records)
			reload(t, agent, pipelineOf(topic, d, i*records, records))
		}
		flushed(t, agent, 4*records)
		must(t, f.Listen())
		arrive(t, c, 4*records, topic)
		must(t, agent.StopAll())
		exactly(t, c, 4*records, topic)
	})
}

// eachModelOfKafka leaves it to the test when it is parallel: a broker is started first.
func eachModelOfKafka(t *testing.T, test func(t *testing.T, m model)) {
	for _, m := range reloads {
		m := m
		t.Run(fmt.Sprintf("%v-new-first-%v", m.release, m.newFirst), func(t *testing.T) { test(t, m) })
	}
}
