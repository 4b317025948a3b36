// The input metric_debug_file: each time it is asked, it brings a file as one
// log, whose lines processor_split_log_string takes apart.

package harness

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alibaba/ilogtail/pkg/logger"
	"github.com/alibaba/ilogtail/pkg/models"
	"github.com/alibaba/ilogtail/pkg/pipeline"
)

// debugFile reads the file in Init, as the host does. Lines may be longer than
// the 64 KiB at which the host stops reading.
type debugFile struct {
	InputFilePath string
	FieldName     string
	LineLimit     int // 0 or less is all lines

	text string
}

func init() {
	pipeline.AddMetricCreator("metric_debug_file", func() pipeline.MetricInput {
		return &debugFile{FieldName: models.ContentKey, LineLimit: 1000}
	})
}

func (d *debugFile) Init(c pipeline.Context) (int, error) {
	if option, err := d.validate(); err != nil {
		return 0, fmt.Errorf("%s: %w", option, err)
	}
	err := d.read()
	d.warn(c.GetRuntimeContext())
	return 0, err
}

// validate also serves a check, which reads nothing. A pipe is opened once only,
// to be read: its writer may notice.
func (d *debugFile) validate() (option string, err error) {
	info, err := os.Stat(d.InputFilePath)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = fmt.Errorf("open %s: no such file or directory", d.InputFilePath)
	case err == nil && info.IsDir():
		err = fmt.Errorf("%s is a directory", d.InputFilePath)
	case err == nil && info.Mode().IsRegular():
		var file *os.File
		if file, err = os.Open(d.InputFilePath); err == nil {
			err = file.Close()
		}
	}
	return "InputFilePath", err
}

// warn says what the user will want to know about the file.
func (d *debugFile) warn(ctx context.Context) {
	switch {
	case d.text == "":
		logger.Info(ctx, "metric_debug_file", d.InputFilePath+" is empty")
	case strings.HasPrefix(d.text, "\x1f\x8b"):
		logger.Info(ctx, "metric_debug_file", d.InputFilePath+" is compressed by gzip: unpack it first, with gunzip")
	}
}

func (d *debugFile) Description() string { return "reads a file for debugging" }

// Collect feeds v1 pipelines.
func (d *debugFile) Collect(c pipeline.Collector) error {
	c.AddDataArray(nil, []string{d.FieldName}, []string{d.text})
	return nil
}

// Read feeds v2 pipelines. The time is in nanoseconds, as of all events; the host
// has seconds here.
func (d *debugFile) Read(ctx pipeline.PipelineContext) error {
	now := uint64(time.Now().UnixNano())
	log := models.NewLog("debug_log", []byte(d.text), "info", "", "", models.NewTags(), now)
	if d.FieldName != models.BodyKey {
		log.Contents.Add(d.FieldName, d.text)
	}
	sendEvents(ctx, []models.PipelineEvent{log})
	return nil
}

// read joins the lines up to the limit, without their \r, by \n.
func (d *debugFile) read() error {
	file, err := os.Open(d.InputFilePath)
	if err != nil {
		return err
	}
	defer file.Close()
	var text strings.Builder
	if info, err := file.Stat(); err == nil && d.LineLimit <= 0 {
		text.Grow(int(info.Size()))
	}
	reader := bufio.NewReaderSize(file, 256<<10)
	for n := 0; d.LineLimit <= 0 || n < d.LineLimit; n++ {
		line, err := readLine(reader)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n > 0 {
			text.WriteByte('\n')
		}
		text.Write(line)
	}
	d.text = text.String()
	return nil
}

// readLine returns io.EOF only when nothing is left. The line is valid until the
// next call.
func readLine(reader *bufio.Reader) ([]byte, error) {
	slice, err := reader.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		head := append([]byte(nil), slice...)
		slice, err = reader.ReadBytes('\n')
		slice = append(head, slice...)
	}
	if err == io.EOF && len(slice) > 0 {
		err = nil
	}
	return trimEnd(slice), err
}

func trimEnd(line []byte) []byte {
	if bytes.HasSuffix(line, []byte("\n")) {
		line = bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
	}
	return line
}
