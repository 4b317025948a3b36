package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ilf.local/go/harness"
)

// agentOf is ilfrun with a pipeline that reads ids from a file, a line each.
func agentOf(t *testing.T, dir string, d detail, ids string, environment ...string) *exec.Cmd {
	t.Helper()
	ilfrun, err := filepath.Abs("../../../build/bin/ilfrun")
	must(t, err)
	text, _ := json.Marshal(d)
	must(t, os.WriteFile(filepath.Join(dir, "pipeline.json"), []byte(fmt.Sprintf(`{
		"global":{"InputIntervalMs":3600000,"InputMaxFirstCollectDelayMs":1,"AggregatIntervalMs":20},
		"inputs":[{"type":"metric_debug_file","detail":{"InputFilePath":%q,"FieldName":"id","LineLimit":0}}],
		"processors":[{"type":"processor_split_log_string","detail":{"SplitKey":"id"}}],
		"flushers":[{"type":"flusher_c_kafka","detail":%s}]}`, ids, text)), 0o600))
	agent := exec.Command(ilfrun, "-plugin", filepath.Join(dir, "pipeline.json"))
	agent.Dir = dir
	agent.Env = append(os.Environ(), environment...)
	output, err := os.Create(filepath.Join(dir, "output"))
	must(t, err)
	agent.Stdout, agent.Stderr = output, output
	must(t, agent.Start())
	return agent
}

// An agent is killed while it sends, several times; what was in its spool comes with the next one.
// Only what was under way may come twice: the broker knows the producer no more.
func TestKafkaAnAgentThatIsKilledWithASpool(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	f := frontOf(t, nil)
	t.Parallel()
	topic := topicOf(t, c, 1, 1)
	const count = 5000
	var ids []string
	for i := 0; i < count; i++ {
		ids = append(ids, idOf(i))
	}
	path := filepath.Join(dir, "ids")
	must(t, os.WriteFile(path, []byte(strings.Join(ids, "\n")+"\n"), 0o600))
	d := toKafka([]string{f.Address()}, topic).with(spool(dir)).with(detail{"HashKeys": []string{"content.none"}, "Delivery": table{"Order": "key"}})
	f.Shut()
	agent := agentOf(t, dir, d, path)
	eventually(t, "the spool is written", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "spool", "data.mdb"))
		return strings.Contains(string(text), idOf(count-1))
	})
	must(t, agent.Process.Kill())
	_ = agent.Wait()
	must(t, f.Listen())
	must(t, os.WriteFile(path, nil, 0o600))
	for i := 1; i <= 3; i++ {
		agent = agentOf(t, dir, d.with(detail{"RateLimit": table{"Records": 1000}}), path)
		arrive(t, c, i*count/8, topic)
		must(t, agent.Process.Kill())
		_ = agent.Wait()
	}
	again := begin(t, anyRelease(), d, 0, 0)
	eventually(t, "the spool is empty", func() bool { return again.gauge("ilf_spool_records") == 0 })
	again.end()
	accounted(t, inKafka(t, c, true, topic), nil, count, 3*100)
}

// In release 3 the new instance of a pipeline starts before the old one stops.
func TestKafkaReloadsInTheMiddle(t *testing.T) {
	for _, spooled := range []bool{false, true} {
		spooled := spooled
		t.Run(fmt.Sprintf("spool %v", spooled), func(t *testing.T) {
			c, dir := broker(t), t.TempDir()
			t.Parallel()
			topic := topicOf(t, c, 3, 1)
			d := toKafka(c.Brokers("PLAINTEXT"), topic)
			if spooled {
				d = d.with(spool(dir))
			}
			agent := harness.New(harness.Config{Release: harness.V3, NewBeforeOld: true, Logf: logs.printf})
			must(t, agent.Run(pipelineOf(topic, d, 0, 100)))
			for i := 1; i < 10; i++ {
				<-agent.Delivered()
				must(t, agent.Reload(pipelineOf(topic, d, i*100, 100)))
			}
			<-agent.Delivered()
			arrive(t, c, 1000, topic)
			must(t, agent.StopAll())
			accounted(t, inKafka(t, c, false, topic), nil, 1000, none)
		})
	}
}

// With the broker away, a stop ends in time, and what is left is in the spool, or dead.
func TestKafkaAStopWithTheBrokerAway(t *testing.T) {
	for _, where := range []string{"spool", "dead letters", "nowhere"} {
		for _, away := range []string{"refuses", "stalls"} {
			where, away := where, away
			t.Run(where+", "+away, func(t *testing.T) {
				c, dir := broker(t), t.TempDir()
				f := frontOf(t, nil)
				t.Parallel()
				topic := topicOf(t, c, 3, 1)
				if away == "refuses" {
					f.Shut()
				} else {
					f.Set(stalls)
				}
				d := toKafka([]string{f.Address()}, topic).with(detail{"StopTimeout": "300ms"})
				switch where {
				case "spool":
					d = d.with(spool(dir))
				case "dead letters":
					d = d.with(letters(dir))
				}
				l := begin(t, anyRelease(), d, 0, records)
				l.delivered(records)
				l.stopsWithin(8 * time.Second)
				if away == "refuses" {
					must(t, f.Listen())
				}
				f.Set(nil)
				switch where {
				case "spool":
					again := begin(t, anyRelease(), d.with(detail{"StopTimeout": "20s"}), 0, 0)
					arrive(t, c, records, topic)
					again.end()
				case "nowhere":
					if !logs.has(l.name, fmt.Sprintf("lost %d records", records)) {
						t.Error("the log does not say that they are lost")
					}
					return
				}
				accounted(t, inKafka(t, c, true, topic), deadIDs(t, dir), records, none)
			})
		}
	}
}
