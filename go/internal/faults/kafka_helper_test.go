package faults

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ilf.local/go/cflusher"
	"ilf.local/go/harness"
	"ilf.local/go/internal/kafka"
	"ilf.local/go/internal/oracle"
)

// Kafka's tests run by themselves: ILF_FAULTS is kafka, or kafka-soak for longer.
var (
	withKafka = strings.HasPrefix(os.Getenv("ILF_FAULTS"), "kafka")
	soaking   = os.Getenv("ILF_FAULTS") == "kafka-soak"
)

// needKafka ends the run if it is about a Kafka that is not there.
func needKafka() {
	if !withKafka {
		return
	}
	if err := kafka.Installed(); err != nil {
		if os.Getenv("ILF_REQUIRE_KAFKA") != "" {
			fmt.Println("faults: Kafka is not installed:", err)
			os.Exit(1)
		}
		fmt.Println("faults: skipped: Kafka is not installed:", err)
		os.Exit(0)
	}
}

// someBroker is the one that most tests share. Those that stop it are not parallel.
var someBroker struct {
	*kafka.Cluster
	authority *authority
	fronts    []*oracle.Front
	taken     int // fronts
	failed    error
}

const frontsOfBroker = 40

// broker starts it, with the first test that wants it.
func broker(t *testing.T) *kafka.Cluster {
	t.Helper()
	if !withKafka {
		t.Skip("left out; make test-kafka runs it")
	}
	b := &someBroker
	if b.Cluster == nil && b.failed == nil {
		dir, err := os.MkdirTemp("", "ilf-kafka-tls.")
		must(t, err)
		b.authority = newAuthority(t)
		b.authority.dir = dir
		b.authority.write("ca.pem", "CERTIFICATE", b.authority.cert.Raw)
		b.authority.keystore("server", "127.0.0.1")
		b.authority.sign("client", "client", hour)
		var addresses []string
		for i := 0; i < frontsOfBroker; i++ {
			addresses = append(addresses, oracle.Address())
		}
		b.Cluster, b.failed = kafka.Start(kafka.Options{Nodes: 1, Certificates: dir, Fronts: addresses})
		for i := 0; i < frontsOfBroker && b.failed == nil; i++ {
			var f *oracle.Front
			f, b.failed = oracle.FrontAt(addresses[i], "tcp://"+b.Behind(i), nil)
			b.fronts = append(b.fronts, f)
		}
	}
	if b.failed != nil {
		t.Fatal(b.failed)
	}
	return b.Cluster
}

func stopKafka() {
	if someBroker.Cluster != nil {
		someBroker.Stop()
		_ = os.RemoveAll(someBroker.authority.dir)
	}
}

// frontOf is a front before the broker, for this test alone.
func frontOf(t *testing.T, fault func(connection int) *oracle.Fault) *oracle.Front {
	t.Helper()
	broker(t)
	if someBroker.taken == frontsOfBroker {
		t.Fatal("too few fronts: see frontsOfBroker")
	}
	f := someBroker.fronts[someBroker.taken]
	someBroker.taken++
	f.Set(fault)
	return f
}

// keystore writes NAME.keystore.pem, as a broker reads it.
func (a *authority) keystore(name, host string) {
	a.t.Helper()
	a.sign(name, host, hour)
	key, err := os.ReadFile(a.path(name + ".key"))
	must(a.t, err)
	cert, err := os.ReadFile(a.path(name + ".pem"))
	must(a.t, err)
	must(a.t, os.WriteFile(a.path(name+".keystore.pem"), append(key, cert...), 0o600))
}

// encrypt puts a passphrase on the client's key.
func (a *authority) encrypt(name, passphrase string) string {
	a.t.Helper()
	path := a.path(name + ".secret.key")
	said, err := exec.Command("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", a.path(name+".key"), "-out", path,
		"-passout", "pass:"+passphrase).CombinedOutput()
	if err != nil {
		a.t.Fatalf("openssl: %v: %s", err, said)
	}
	return path
}

var unlikely = regexp.MustCompile(`[^a-zA-Z0-9._-]`)

// topicOf makes a topic named for the test.
func topicOf(t *testing.T, c *kafka.Cluster, partitions, copies int, settings ...string) string {
	t.Helper()
	name := unlikely.ReplaceAllString(t.Name(), "-")
	if len(name) > 200 {
		name = name[:200]
	}
	must(t, c.CreateTopic(name, partitions, copies, settings...))
	return name
}

// toKafka is a flusher_c_kafka whose pauses are short, so that tests are.
func toKafka(brokers []string, topic string) detail {
	return detail{
		"Brokers": brokers, "Topic": topic,
		"PartitionerType": "hash", "HashKeys": []string{"content.key"},
		"Batch":       table{"MaxAge": "5ms", "MaxRecords": 20},
		"Retry":       table{"InitialDelay": "1ms", "MaxDelay": "50ms"},
		"Breaker":     table{"OpenTime": "1ms", "MaxOpenTime": "50ms"},
		"StopTimeout": "20s",
		"Delivery":    table{"Order": "key"},
		"Librdkafka": table{"reconnect.backoff.ms": "10", "reconnect.backoff.max.ms": "100", "retry.backoff.ms": "10",
			"topic.metadata.refresh.fast.interval.ms": "50"},
	}
}

var recordID = regexp.MustCompile(`"id":"(r[0-9]+)"`)

// inKafka counts by id what the topics hold, as kcat reads it, and looks whether
// the records of each key are in order. A record that came twice counts when it
// came first.
func inKafka(t *testing.T, c *kafka.Cluster, ordered bool, topics ...string) map[string]int {
	t.Helper()
	acked, last, wrong := map[string]int{}, map[string]string{}, ""
	for _, topic := range topics {
		records, err := kafka.Read(c.Brokers("PLAINTEXT"), topic)
		must(t, err)
		for _, r := range records {
			ids := recordID.FindAllSubmatch(r.Value, -1)
			if len(ids) != 1 {
				t.Fatalf("%s holds a record of %d ids: %q", topic, len(ids), r.Value)
			}
			id := string(ids[0][1])
			acked[id]++
			if key := string(r.Key); ordered && acked[id] == 1 {
				if id < last[key] && wrong == "" {
					wrong = fmt.Sprintf("key %s: %s comes after %s", key, id, last[key])
				}
				last[key] = id
			}
		}
	}
	if wrong != "" {
		t.Error(wrong)
	}
	return acked
}

// arrive waits until the topics have taken that many records.
func arrive(t *testing.T, c *kafka.Cluster, count int, topics ...string) {
	t.Helper()
	var sum int64
	var err error
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		sum = 0
		for _, topic := range topics {
			var end int64
			end, err = c.Ends(topic)
			sum += end
		}
		if sum >= int64(count) {
			return
		}
	}
	t.Fatalf("never: %d records arrive: there are %d, %v", count, sum, err)
}

// exactly fails unless each of count records came once, in the order of its key.
func exactly(t *testing.T, c *kafka.Cluster, count int, topics ...string) {
	t.Helper()
	accounted(t, inKafka(t, c, true, topics...), nil, count, none)
}

// v2 makes a pipeline's config one of events.
func v2(config harness.LoadedConfig, release harness.Release) harness.LoadedConfig {
	config.JSONStr = strings.Replace(config.JSONStr, `"global":{`, `"global":{"StructureType":"v2",`, 1)
	if release == harness.V18 {
		config.JSONStr = strings.Replace(config.JSONStr, "{", `{"version":"v2",`, 1)
	}
	return config
}

// gauge is a metric of the pipeline's flusher; -1 where there is none.
func (l *life) gauge(name string) float64 {
	for _, line := range strings.Split(cflusher.Metrics(), "\n") {
		if strings.HasPrefix(line, name+"{") && strings.Contains(line, fmt.Sprintf("config=%q", l.name)) {
			value, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
			must(l.t, err)
			return value
		}
	}
	return -1
}

// rounds is how often something happens; more often when there is time.
func rounds(few, many int) int {
	if soaking {
		return many
	}
	return few
}
