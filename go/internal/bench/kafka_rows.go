package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strconv"
)

// pair is the flusher and what ran next to it.
type pair struct{ flusher, floor spent }

// median is of the pairs the one whose ratio is in the middle: the machine has
// other things to do.
func median(pairs []pair, ratio func(pair) float64) pair {
	sorted := append([]pair(nil), pairs...)
	sort.Slice(sorted, func(i, k int) bool { return ratio(sorted[i]) < ratio(sorted[k]) })
	return sorted[len(sorted)/2]
}

func rateRatio(p pair) float64 { return p.flusher.rate() / p.floor.rate() }
func cpuRatio(p pair) float64  { return p.flusher.perMillion() / p.floor.perMillion() }

// against runs the flusher and something else in turn.
func (b *kafkaBench) against(name, more string, rounds int, other func() (spent, error)) error {
	var pairs []pair
	for i := 0; i < rounds; i++ {
		flusher, err := b.runFlusher(more)
		if err != nil {
			return err
		}
		floor, err := other()
		if err != nil {
			return err
		}
		pairs = append(pairs, pair{flusher, floor})
	}
	p := median(pairs, rateRatio)
	b.add(name, p.flusher.rate(), "records/s", p.floor.rate())
	p = median(pairs, cpuRatio)
	b.add(name+"_cpu", p.flusher.perMillion(), "s/M records", p.floor.perMillion())
	mb := float64(b.bytes) / 1e6
	b.add(name+"_cpu_per_mb", p.flusher.CPU/p.flusher.Records/mb*1e3, "ms/MB", p.floor.CPU/p.floor.Records/mb*1e3)
	return nil
}

// toolsTime is in the last line that the tool prints: from the first record to
// the last acknowledgement.
var toolsTime = regexp.MustCompile(`messages produced .* in ([0-9]+)ms:.* 0 in queue`)

// runPerformance runs librdkafka's tool with records of the same size.
func (b *kafkaBench) runPerformance(properties ...string) (s spent, err error) {
	topic, err := b.topic()
	if err != nil {
		return s, err
	}
	arguments := []string{"-P", "-t", topic, "-b", b.brokers(), "-s", strconv.Itoa(b.bytes), "-c", strconv.Itoa(kafkaRecords)}
	command := exec.Command(b.performance, append(arguments, properties...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		return s, fmt.Errorf("%s: %w: %s", b.performance, err, output)
	}
	match := toolsTime.FindSubmatch(output)
	if match == nil {
		return s, fmt.Errorf("%s says no time: %s", b.performance, output)
	}
	ms, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return s, err
	}
	state := command.ProcessState
	s = spent{Records: kafkaRecords, Wall: float64(ms) / 1e3, CPU: (state.UserTime() + state.SystemTime()).Seconds()}
	return s, b.clear(topic, kafkaRecords)
}

// performanceRows hold the flusher as it is by default against librdkafka's own
// tool with the same promise, and with fewer: acknowledged by the leader alone.
func (b *kafkaBench) performanceRows() error {
	if _, err := os.Stat(b.performance); err != nil {
		fmt.Fprintln(os.Stderr, "bench: rows against rdkafka_performance are skipped: it can't be built")
		return nil
	}
	err := b.against("kafka", "", kafkaRounds, func() (spent, error) {
		return b.runPerformance("-a", "-1", "-X", "enable.idempotence=true")
	})
	if err != nil {
		return err
	}
	return b.against("kafka_acks_1", `,"RequiredACKs":1`, kafkaRounds, func() (spent, error) { return b.runPerformance("-a", "1") })
}

// saramaRows hold it against the native flusher's client, whose ratio is that of
// records for a second of CPU.
func (b *kafkaBench) saramaRows() error {
	if _, err := os.Stat(b.sarama); err != nil {
		fmt.Fprintln(os.Stderr, "bench: rows against sarama are skipped: it can't be built")
		return nil
	}
	var pairs []pair
	for i := 0; i < 3; i++ {
		flusher, err := b.runFlusher("")
		if err != nil {
			return err
		}
		topic, err := b.topic()
		if err != nil {
			return err
		}
		var native spent
		if err := run(&native, b.sarama, b.brokers(), topic, strconv.Itoa(kafkaRecords)); err != nil {
			return err
		}
		if err := b.clear(topic, kafkaRecords); err != nil {
			return err
		}
		pairs = append(pairs, pair{flusher, native})
	}
	p := median(pairs, cpuRatio)
	b.add("kafka_sarama", p.flusher.rate(), "records/s", p.floor.rate())
	b.add("kafka_sarama_per_cpu", p.flusher.Records/p.flusher.CPU, "records/CPU s", p.floor.Records/p.floor.CPU)
	return nil
}
