package kafka

import (
	"os/exec"
	"strings"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// produce writes lines with kcat.
func produce(t *testing.T, c *Cluster, topic, lines string, more ...string) error {
	kcat := exec.Command("kcat", append([]string{"-P", "-b", strings.Join(c.Brokers("PLAINTEXT"), ","), "-t", topic,
		"-X", "message.timeout.ms=5000"}, more...)...)
	kcat.Stdin = strings.NewReader(lines)
	said, err := kcat.CombinedOutput()
	if err != nil {
		t.Logf("%s", said)
	}
	return err
}

func TestVersionsAreCompared(t *testing.T) {
	old, err := scan("kafka-clients-3.10.1.jar", "kafka-clients-%d.%d.%d")
	must(t, err)
	if !old.before(version{4}) || !(version{3, 9, 2}).before(old) || old.before(old) || old.String() != "3.10.1" {
		t.Error(old)
	}
	if _, err := scan("4.x", "%d.%d.%d"); err == nil {
		t.Error("4.x is a version")
	}
}

func TestParseTakesBytesAsTheyAre(t *testing.T) {
	records, err := parse([]byte("1 7 1700000000000 2 3\nk\na\nb a=1,b=\x1e\n0 8 -1 -1 0\n\x1e\n"))
	must(t, err)
	if len(records) != 2 || string(records[0].Key) != "k\n" || string(records[0].Value) != "a\nb" ||
		records[0].Headers != " a=1,b=" || records[1].HasKey || records[1].Offset != 8 {
		t.Errorf("%+v", records)
	}
	for _, half := range []string{"1 7", "1 7 0 2 3\nk", "1 7 0 2 3\nkkvvv", "1 x 0 2 3\nkkvvv\x1e\n"} {
		if _, err := parse([]byte(half)); err == nil {
			t.Errorf("%q is a record", half)
		}
	}
}

// What the tests of the flusher rest on, shown with kcat on both sides.
func TestABroker(t *testing.T) {
	Need(t)
	c, err := Start(Options{Nodes: 1})
	must(t, err)
	defer c.Stop()
	must(t, c.CreateTopic("a", 1, 1, "max.message.bytes", "500"))
	must(t, produce(t, c, "a", "k\x01one\nk\x01two\n", "-K", "\x01", "-H", "h=v"))
	records, err := Read(c.Brokers("PLAINTEXT"), "a")
	must(t, err)
	if len(records) != 2 || string(records[1].Key) != "k" || string(records[1].Value) != "two" || records[0].Headers != "h=v" {
		t.Errorf("%+v", records)
	}
	if end, err := c.Ends("a"); err != nil || end != 2 {
		t.Errorf("%d, %v", end, err)
	}
	if produce(t, c, "a", strings.Repeat("x", 600)) == nil {
		t.Error("a record larger than max.message.bytes was taken")
	}
	must(t, c.AlterTopic("a", "max.message.bytes", "1000"))
	must(t, produce(t, c, "a", strings.Repeat("x", 600)))

	alice := []string{"-b", c.Nodes[0].Address("SASL_PLAINTEXT"), "-X", "security.protocol=sasl_plaintext",
		"-X", "sasl.mechanism=PLAIN", "-X", "sasl.username=alice", "-X", "sasl.password=alice-secret"}
	must(t, c.DenyWrite("alice", "a"))
	if produce(t, c, "a", "x", alice...) == nil {
		t.Error("alice may write")
	}
	must(t, c.AllowAll("a"))
	must(t, produce(t, c, "a", "x", alice...))
	bob := append(alice[:5:5], "sasl.mechanism=SCRAM-SHA-512", "-X", "sasl.username=bob", "-X", "sasl.password=bob-secret")
	must(t, produce(t, c, "a", "x", bob...))

	c.Nodes[0].Kill()
	if produce(t, c, "a", "x", "-X", "message.timeout.ms=500") == nil {
		t.Error("a broker that was killed takes records")
	}
	must(t, c.Nodes[0].Restart())
	must(t, produce(t, c, "a", "x"))
	must(t, c.DeleteTopic("a"))
}

func TestALeaderMoves(t *testing.T) {
	Need(t)
	c, err := Start(Options{Nodes: 3})
	must(t, err)
	defer c.Stop()
	must(t, c.CreateTopic("a", 1, 3))
	for _, to := range []int{1, 0, 2} {
		must(t, c.MoveLeader("a", 0, c.Nodes[to]))
		must(t, produce(t, c, "a", "x"))
	}
	leader, err := c.Leader("a", 0)
	must(t, err)
	leader.Kill()
	must(t, produce(t, c, "a", "x", "-X", "message.timeout.ms=20000"))
	if end, err := c.Ends("a"); err != nil || end != 4 {
		t.Errorf("%d, %v", end, err)
	}
}
