package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
)

// latency is from the flush of ten records to their acknowledgement.
func (b *kafkaBench) latency() error {
	topic, err := b.topic()
	if err != nil {
		return err
	}
	var took struct{ P50, P99 float64 }
	if err := run(&took, b.flusher, "latency", b.detail(topic, ""), "1000"); err != nil {
		return err
	}
	b.add("kafka_flush_to_ack_p50", took.P50, "ms", 0)
	b.add("kafka_flush_to_ack_p99", took.P99, "ms", 0)
	return nil
}

// memory is what the flusher takes when its queue is full, because the broker
// has stopped to answer.
func (b *kafkaBench) memory() error {
	topic, err := b.topic()
	if err != nil {
		return err
	}
	command := exec.Command(b.flusher, "memory", b.detail(topic,
		`,"StopTimeout":0,"Queue":{"MaxBytes":"64MiB","WhenFull":"drop-newest"}`), "100")
	orders, err := command.StdinPipe()
	if err != nil {
		return err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	answers := bufio.NewReader(output)
	var grown struct{ MiB float64 }
	if _, err = answers.ReadString('\n'); err == nil {
		err = b.broker.Nodes[0].Pause()
	}
	if err == nil {
		_, err = io.WriteString(orders, "\n")
	}
	if err == nil {
		err = json.NewDecoder(answers).Decode(&grown)
	}
	if err == nil {
		err = b.broker.Nodes[0].Resume()
	}
	if err != nil {
		_ = command.Process.Kill()
		_ = command.Wait()
		return fmt.Errorf("%s memory: %w", b.flusher, err)
	}
	b.add("kafka_rss_queue_full", grown.MiB, "MiB", 64)
	return command.Wait()
}
