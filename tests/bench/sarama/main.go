// Command sarama is what the native flusher does, for the benchmarks: it encodes
// logs of nginx fields as custom_single JSON and hands them to an asynchronous
// producer that is configured as flusher_kafka_v2 is by default. It prints the
// records, and what they took.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/IBM/sarama"
)

// As in tests/bench/nginx.h.
var fields = [][2]string{
	{"remote_addr", "203.0.113.42"},
	{"time_local", "22/Nov/2026:14:29:51 +0000"},
	{"method", "GET"},
	{"url", "/api/v2/orders/8831?expand=items&lang=en"},
	{"protocol", "HTTP/1.1"},
	{"status", "200"},
	{"body_bytes_sent", "5316"},
	{"http_referer", "https://shop.example.com/cart"},
	{"http_user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"},
	{"request_time", "0.043"},
}

func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.V1_0_0_0
	c.ClientID = "LogtailPlugin"
	c.Net.MaxOpenRequests = 5
	c.Net.DialTimeout, c.Net.ReadTimeout, c.Net.WriteTimeout = 30*time.Second, 30*time.Second, 30*time.Second
	c.Metadata.Full = false
	c.Producer.Timeout = 10 * time.Second
	c.Producer.RequiredAcks = sarama.WaitForLocal
	c.Producer.Compression = sarama.CompressionNone
	c.Producer.Partitioner = sarama.NewRandomPartitioner
	c.Producer.Return.Successes, c.Producer.Return.Errors = true, true
	c.Producer.Flush.MaxMessages = 2048
	c.Producer.Retry.Max = 3
	c.ChannelBufferSize = 256
	return c
}

// encode makes the maps that the converter makes of a log.
func encode(buf *bytes.Buffer) []byte {
	contents := make(map[string]string, len(fields))
	for _, field := range fields {
		contents[field[0]] = field[1]
	}
	buf.Reset()
	encoder := json.NewEncoder(buf)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(map[string]interface{}{
		"time": 1700000000, "contents": contents, "tags": map[string]string{"host.ip": ""},
	})
	check(err)
	return append([]byte(nil), bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sarama:", err)
		os.Exit(1)
	}
}

func cpu() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	if len(os.Args) != 4 {
		check(fmt.Errorf("usage: sarama BROKERS TOPIC RECORDS"))
	}
	records, err := strconv.Atoi(os.Args[3])
	check(err)
	start, spent := time.Now(), cpu()
	producer, err := sarama.NewAsyncProducer(strings.Split(os.Args[1], ","), config())
	check(err)
	var answers sync.WaitGroup
	answers.Add(2)
	go func() {
		defer answers.Done()
		for range producer.Successes() {
			continue
		}
	}()
	go func() {
		defer answers.Done()
		for err := range producer.Errors() {
			check(err)
		}
	}()
	var buf bytes.Buffer
	size := 0
	for i := 0; i < records; i++ {
		value := encode(&buf)
		size += len(value)
		producer.Input() <- &sarama.ProducerMessage{Topic: os.Args[2], Value: sarama.ByteEncoder(value)}
	}
	producer.AsyncClose()
	answers.Wait()
	fmt.Printf("{\"records\":%d,\"bytes\":%d,\"wall\":%g,\"cpu\":%g}\n", records, size,
		time.Since(start).Seconds(), (cpu() - spent).Seconds())
}
