package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"ilf.local/go/internal/kafka"
)

// kafkaBench measures flusher_c_kafka against others on one real broker. Each of
// them is a process of its own.
type kafkaBench struct {
	flusher, performance, sarama string // programs
	broker                       *kafka.Cluster
	bytes                        int // of a value
	rows                         []Row
}

const (
	kafkaRounds  = 5
	kafkaBatches = 250  // of a run
	batchRecords = 4000 // see tests/bench/nginx.h
	kafkaRecords = kafkaBatches * batchRecords
)

// spent is what a run took.
type spent struct {
	Records, Wall, CPU, Thread float64
}

func (s spent) rate() float64       { return s.Records / s.Wall }
func (s spent) perMillion() float64 { return s.CPU / s.Records * 1e6 }

// kafkaRows are none, with a note, where there is no Kafka.
func kafkaRows(flusher, performance, sarama string) (rows []Row, err error) {
	if flusher == "" {
		return nil, nil
	}
	if err := kafka.Installed(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: the rows of Kafka are skipped: Kafka is not installed:", err)
		return nil, nil
	}
	b := &kafkaBench{flusher: flusher, performance: performance, sarama: sarama}
	if b.broker, err = kafka.Start(kafka.Options{Nodes: 1, Properties: []string{"log.retention.bytes=100000000"}}); err != nil {
		return nil, err
	}
	defer b.broker.Stop()
	for _, part := range []func() error{b.size, b.warmUp, b.performanceRows, b.saramaRows, b.latency, b.memory} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return b.rows, nil
}

func (b *kafkaBench) add(name string, value float64, unit string, floor float64) {
	row := Row{Name: name, Value: value, Unit: unit, Floor: floor}
	if floor > 0 {
		row.Ratio = value / floor
	}
	b.rows = append(b.rows, row)
}

// topic makes a topic, for one run, so that each finds the broker as the others do.
func (b *kafkaBench) topic() (string, error) {
	name := "bench-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	return name, b.broker.CreateTopic(name, 4, 1)
}

func (b *kafkaBench) brokers() string { return strings.Join(b.broker.Brokers("PLAINTEXT"), ",") }

// detail is the flusher's configuration: that of its defaults, and more.
func (b *kafkaBench) detail(topic, more string) string {
	return fmt.Sprintf(`{"Brokers":[%q],"Topic":%q%s}`, b.brokers(), topic, more)
}

// run runs a program that prints what it took.
func run(into interface{}, program string, arguments ...string) error {
	command := exec.Command(program, arguments...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	return json.Unmarshal(output, into)
}

func (b *kafkaBench) runFlusher(more string) (s spent, err error) {
	topic, err := b.topic()
	if err == nil {
		err = run(&s, b.flusher, "throughput", b.detail(topic, more), strconv.Itoa(kafkaBatches))
	}
	if err == nil {
		err = b.clear(topic, kafkaRecords)
	}
	return s, err
}

// clear checks that a run's records are there, and deletes them.
func (b *kafkaBench) clear(topic string, records int64) error {
	end, err := b.broker.Ends(topic)
	if err == nil && end != records {
		err = fmt.Errorf("%s holds %d records of %d", topic, end, records)
	}
	if err == nil {
		err = b.broker.DeleteTopic(topic)
	}
	return err
}

// warmUp lets the broker's machine compile what it runs: the first million
// records take it twice as long as later ones.
func (b *kafkaBench) warmUp() error {
	_, err := b.runFlusher("")
	return err
}

// size reads a record, to know its size.
func (b *kafkaBench) size() error {
	topic, err := b.topic()
	if err != nil {
		return err
	}
	var s spent
	if err := run(&s, b.flusher, "throughput", b.detail(topic, ""), "1"); err != nil {
		return err
	}
	records, err := kafka.Read(b.broker.Brokers("PLAINTEXT"), topic, "-c", "1")
	if err != nil {
		return err
	}
	b.bytes = len(records[0].Value)
	return b.clear(topic, batchRecords)
}
