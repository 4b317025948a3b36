// The input metric_debug_file: each time it is asked, it brings the lines of a
// file once more.

package harness

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
	"github.com/alibaba/ilogtail/pkg/protocol"
)

// debugFile streams the file, so that its size does not matter.
type debugFile struct {
	InputFilePath string
	FieldName     string
	LineLimit     int // 0 or less is all lines

	stopped atomic.Bool
}

func init() {
	pipeline.AddMetricCreator("metric_debug_file", func() pipeline.MetricInput {
		return &debugFile{FieldName: models.ContentKey, LineLimit: 1000}
	})
}

// Init opens the file once, so that a wrong path is an error of the config.
func (d *debugFile) Init(pipeline.Context) (int, error) {
	file, err := os.Open(d.InputFilePath)
	if err != nil {
		return 0, fmt.Errorf("InputFilePath: %w", err)
	}
	return 0, file.Close()
}

func (d *debugFile) Description() string { return "reads a file for debugging" }

func (d *debugFile) interrupt() { d.stopped.Store(true) }

// Collect feeds v1 pipelines.
func (d *debugFile) Collect(c pipeline.Collector) error {
	own, _ := c.(*collector)
	columns, values := []string{d.FieldName}, []string{""}
	return d.lines(func(line string) {
		if own == nil {
			values[0] = line
			c.AddDataArray(nil, columns, values)
			return
		}
		own.addField(d.FieldName, line)
	})
}

// addField is AddDataArray of one column in a single allocation.
func (c *collector) addField(key, value string) {
	one := &struct {
		log     protocol.Log
		list    [1]*protocol.Log_Content
		content protocol.Log_Content
	}{content: protocol.Log_Content{Key: key, Value: value}}
	one.list[0] = &one.content
	one.log.Contents = one.list[:]
	c.setTime(&one.log, time.Now())
	c.AddRawLog(&one.log)
}

// Read feeds v2 pipelines, in groups as large as those of v1.
func (d *debugFile) Read(ctx pipeline.PipelineContext) error {
	var events []models.PipelineEvent
	send := func() {
		sendEvents(ctx, events)
		events = make([]models.PipelineEvent, 0, maxGroupLogs)
	}
	err := d.lines(func(line string) {
		now := uint64(time.Now().UnixNano())
		log := models.NewSimpleLog([]byte(line), models.NewTags(), now)
		if d.FieldName != models.ContentKey {
			log.Contents = models.NewLogContents()
			log.Contents.Add(d.FieldName, line)
		}
		if events = append(events, log); len(events) == maxGroupLogs {
			send()
		}
	})
	if len(events) > 0 {
		send()
	}
	return err
}

// lines calls with each line up to the limit, without its \n or \r\n.
func (d *debugFile) lines(with func(line string)) error {
	file, err := os.Open(d.InputFilePath)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := bufio.NewReaderSize(file, 256<<10)
	for n := 0; (d.LineLimit <= 0 || n < d.LineLimit) && !d.stopped.Load(); n++ {
		line, err := readLine(reader)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		with(line)
	}
	return nil
}

// readLine returns io.EOF only when nothing is left. A line that exceeds the
// buffer of the reader costs copies, every other one a single one.
func readLine(reader *bufio.Reader) (string, error) {
	slice, err := reader.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		head := append([]byte(nil), slice...)
		slice, err = reader.ReadBytes('\n')
		slice = append(head, slice...)
	}
	if err == io.EOF && len(slice) > 0 {
		err = nil
	}
	return string(trimEnd(slice)), err
}

func trimEnd(line []byte) []byte {
	if bytes.HasSuffix(line, []byte("\n")) {
		line = bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
	}
	return line
}
