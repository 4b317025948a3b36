package kafka

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// Mock is a cluster without a JVM: tests/kafka/mock.c. kcat can read from it.
type Mock struct {
	Brokers string
	t       testing.TB
	orders  io.Writer
	answers *bufio.Scanner
}

// StartMock starts one that ends with the test. $ILF_KAFKA_MOCK is the program.
func StartMock(t testing.TB, brokers int) *Mock {
	t.Helper()
	process := exec.Command(os.Getenv("ILF_KAFKA_MOCK"), fmt.Sprint(brokers))
	process.Stderr = os.Stderr
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	orders, err := process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = orders.Close()
		_ = process.Wait()
	})
	m := &Mock{t: t, orders: orders, answers: bufio.NewScanner(answers)}
	m.Brokers = m.answer()
	return m
}

func (m *Mock) answer() string {
	m.t.Helper()
	if !m.answers.Scan() {
		m.t.Fatal("kafka-mock has ended")
	}
	return m.answers.Text()
}

// Do has it obey one order of tests/kafka/mock.c.
func (m *Mock) Do(format string, arguments ...interface{}) {
	m.t.Helper()
	if _, err := fmt.Fprintf(m.orders, format+"\n", arguments...); err != nil {
		m.t.Fatal(err)
	}
	m.answer()
}

var topicLine = regexp.MustCompile(`(?ms)^  topic "(.*?)" with [0-9]+ partitions:`)

// Topics lists those that there are.
func (m *Mock) Topics() (names []string) {
	m.t.Helper()
	list, err := exec.Command("kcat", "-L", "-b", m.Brokers).Output()
	if err != nil {
		m.t.Fatal(err)
	}
	for _, match := range topicLine.FindAllSubmatch(list, -1) {
		names = append(names, string(match[1]))
	}
	return names
}

// Read reads a topic.
func (m *Mock) Read(topic string) []Record {
	m.t.Helper()
	records, err := Read(strings.Split(m.Brokers, ","), topic)
	if err != nil {
		m.t.Fatal(err)
	}
	return records
}
