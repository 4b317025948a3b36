// Reading a file of dead letters.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// eachLine hands every line that is not empty to do, with its number. It ends
// early when reading fails and when do says so.
func eachLine(in io.Reader, do func(number int, line []byte) (more bool)) error {
	lines := bufio.NewReader(in)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) > 0 && !do(number, line) || err != nil {
			return nil
		}
	}
}

// openLetters opens the file up to its present end. An agent may append to it
// meanwhile: it locks the file while it writes, so the end is that of a line.
func openLetters(path string) (*os.File, io.Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	fd := int(file.Fd())
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Flock(fd, syscall.LOCK_SH)
	}
	info, statErr := file.Stat()
	if err == nil {
		_ = syscall.Flock(fd, syscall.LOCK_UN) // closing would do
		err = statErr
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, io.LimitReader(file, info.Size()), nil
}

// sender is what a letter says about where it comes from.
type sender struct {
	Flusher *string `json:"flusher"`
	Config  string  `json:"config"`
}

// firstSender finds the first letter in the file, or the first of the type.
func firstSender(path, typ string) (of, config string, err error) {
	file, letters, err := openLetters(path)
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	found := false
	err = eachLine(letters, func(_ int, line []byte) bool {
		var s sender
		if json.Unmarshal(line, &s) != nil || s.Flusher == nil || typ != "" && *s.Flusher != typ {
			return true
		}
		of, config, found = *s.Flusher, s.Config, true
		return false
	})
	if err == nil && !found {
		what := "dead letter"
		if typ != "" {
			what += " of " + typ
		}
		err = fmt.Errorf("%s: there is no %s in it", path, what)
	}
	return of, config, err
}
