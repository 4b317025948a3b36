package cflusher_test

import (
	"encoding/base64"
	"regexp"
	"strings"

	"ilf.local/go/internal/vector"
)

// kafkaDifference is what ours does instead of what the native flusher does, and why.
type kafkaDifference struct {
	why     string
	refused string                                         // Init fails with this
	instead func(native []vector.Message) []vector.Message // the messages, from the native ones
}

var topicName = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

// legal are the messages whose topic a broker takes.
func legal(native []vector.Message) (messages []vector.Message) {
	for _, message := range native {
		if topicName.MatchString(string(message.Topic)) {
			messages = append(messages, message)
		}
	}
	return messages
}

// toT are messages to the topic t with these values, where natively there are none.
func toT(key *string, values ...string) func([]vector.Message) []vector.Message {
	return func([]vector.Message) (messages []vector.Message) {
		for _, value := range values {
			messages = append(messages, vector.Message{Topic: "t", Key: key, Value: base64.StdEncoding.EncodeToString([]byte(value))})
		}
		return messages
	}
}

// The logs of most cases, as they are by default, and as lines.
const plainTags = `"tags":{"env":"prod","host.ip":"10.0.0.7","host.name":"h1","log.topic":"app"}`

var (
	plainValues = []string{
		`{"contents":{"app":"web","level":"info","msg":"hello"},` + plainTags + `,"time":1700000000}`,
		`{"contents":{"app":"db","msg":"q\"\\\n"},` + plainTags + `,"time":1700000001}`,
		`{"contents":{"msg":"no app"},` + plainTags + `,"time":1700000002}`,
	}
	plainLines = []string{
		`{"app":"web","env":"prod","host.ip":"10.0.0.7","host.name":"h1","level":"info","log.topic":"app","msg":"hello","time":1700000000}`,
		`{"app":"db","env":"prod","host.ip":"10.0.0.7","host.name":"h1","log.topic":"app","msg":"q\"\\\n","time":1700000001}`,
		`{"env":"prod","host.ip":"10.0.0.7","host.name":"h1","log.topic":"app","msg":"no app","time":1700000002}`,
	}
	eventLines = []string{
		`{"a":"b","content":"x","host":"h","time":1700000000}`,
		`{"a":"c","host":"h","n":"3","time":0}`,
		`{"__labels__":"a#$#z","__name__":"m_f1","__time_nano__":"1700000000123456790","__value__":"1.5","a":"z","host":"h","time":1700000000}`,
		`{"__labels__":"a#$#z","__name__":"m_f2","__time_nano__":"1700000000123456790","__value__":"2.5","a":"z","host":"h","time":1700000000}`,
	}
	logstoreKey = base64.StdEncoding.EncodeToString([]byte("ls"))
)

const (
	noSuchField = "a field that the protocol does not have never will be there: the pipeline does not start, instead of dropping each group"
	noTopic     = "no broker takes such a topic: the record goes to the dead letters with the reason, instead of being dropped"
	aGroup      = "jsonline makes one record of a group, where natively the flusher panics"
)

// kafkaDifferences are the cases in which ours is right and the native one is not.
var kafkaDifferences = map[string]kafkaDifference{
	"empty-topic-accepted-0004": {why: "without a topic there is nothing to send to: the pipeline does not start",
		refused: "detail.Topic"},
	"dynamic-topic-content-0007":            {why: noTopic, instead: legal},
	"topic-escape-dynamic-removed-0012":     {why: noTopic, instead: legal},
	"random-0051":                           {why: noTopic, instead: legal},
	"random-0053":                           {why: noTopic, instead: legal},
	"topic-escape-static-kept-0011":         {why: noTopic + "; one that is the same for all is refused", refused: `'a\b' is not a valid topic name`},
	"dynamic-topic-date-not-supported-0009": {why: noSuchField, refused: "%{+yyyy}: protocol custom_single has no such field"},
	"dynamic-topic-unsupported-field-0010":  {why: noSuchField, refused: "%{app}: protocol custom_single has no such field"},
	"hash-unsupported-field-0033":           {why: noSuchField, refused: "protocol custom_single has no such field"},
	"init-unsupported-version-0016": {why: "brokers are asked for what they can, so that there is no version too new",
		instead: toT(nil, plainValues...)},
	"init-partitioner-case-sensitive-0018": {why: "names of choices have no case", instead: toT(&logstoreKey, plainValues...)},
	"jsonline-panics-0022":                 {why: aGroup, instead: toT(nil, strings.Join(plainLines, "\n"))},
	"v2-jsonline-panics-0046":              {why: aGroup, instead: toT(nil, strings.Join(eventLines, "\n"))},
	"raw-v1-panics-0023": {why: "raw takes no logs: they go to the dead letters, where natively the flusher panics",
		instead: toT(nil)},
}
