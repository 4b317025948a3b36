// The text form of the messages, which flushers print: Key:"a" Value:"b" .

package protocol

import (
	"strconv"
	"strings"
)

type texter interface{ text(*strings.Builder) }

func text(m texter) string {
	var b strings.Builder
	m.text(&b)
	return b.String()
}

// quote writes a field in the protobuf text format: printable ASCII as it is,
// every other byte in octal, whether it is UTF-8 or not.
func quote(b *strings.Builder, name, value string) {
	b.WriteString(name)
	b.WriteString(`:"`)
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			b.Write([]byte{'\\', '0' + c>>6, '0' + c>>3&7, '0' + c&7})
		}
	}
	b.WriteString(`" `)
}

func nest(b *strings.Builder, name string, m texter) {
	b.WriteString(name)
	b.WriteString(":<")
	m.text(b)
	b.WriteString("> ")
}

func number(b *strings.Builder, name string, v uint32) {
	b.WriteString(name)
	b.WriteByte(':')
	b.WriteString(strconv.FormatUint(uint64(v), 10))
	b.WriteByte(' ')
}

const nothing = "<nil>"

func (m *Log_Content) text(b *strings.Builder) {
	if m == nil {
		b.WriteString(nothing)
		return
	}
	quote(b, "Key", m.Key)
	quote(b, "Value", m.Value)
}

func (m *LogTag) text(b *strings.Builder) { (*Log_Content)(m).text(b) }

func (m *Log) text(b *strings.Builder) {
	if m == nil {
		b.WriteString(nothing)
		return
	}
	number(b, "Time", m.Time)
	for _, content := range m.Contents {
		nest(b, "Contents", content)
	}
	for _, value := range m.Values {
		quote(b, "values", value)
	}
	if m.TimeNs != nil {
		number(b, "Time_ns", *m.TimeNs)
	}
}

func (m *LogGroup) text(b *strings.Builder) {
	if m == nil {
		b.WriteString(nothing)
		return
	}
	for _, log := range m.Logs {
		nest(b, "Logs", log)
	}
	for i, s := range m.strings() {
		quote(b, stringNames[i], *s)
	}
	for _, tag := range m.LogTags {
		nest(b, "LogTags", tag)
	}
}

func (m *LogGroupList) text(b *strings.Builder) {
	if m == nil {
		b.WriteString(nothing)
		return
	}
	for _, group := range m.LogGroupList {
		nest(b, "logGroupList", group)
	}
}
