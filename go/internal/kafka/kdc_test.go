package kafka

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// kcat comes with a ticket, and nobody without one.
func TestABrokerWithKerberos(t *testing.T) {
	Need(t)
	NeedKDC(t)
	kdc, err := StartKDC()
	must(t, err)
	defer kdc.Stop()
	alice, err := kdc.AddPrincipal("alice", time.Hour)
	must(t, err)
	c, err := Start(Options{Nodes: 1, KDC: kdc})
	must(t, err)
	defer c.Stop()
	must(t, c.CreateTopic("a", 1, 1))
	cache := "FILE:" + kdc.path("cache")
	list := func() (string, error) {
		kcat := exec.Command("kcat", "-L", "-b", strings.Join(c.Brokers("KERBEROS"), ","), "-m", "5", "-X", "security.protocol=SASL_PLAINTEXT",
			"-X", "sasl.mechanisms=GSSAPI", "-X", "sasl.kerberos.kinit.cmd=true")
		kcat.Env = append(kdc.command("kinit").Env, "KRB5CCNAME="+cache)
		said, err := kcat.CombinedOutput()
		return string(said), err
	}
	if said, err := list(); err == nil {
		t.Error("a user without a ticket was let in: ", said)
	}
	must(t, kdc.Login("alice", alice, cache))
	if said, err := list(); err != nil || !strings.Contains(said, `topic "a"`) {
		t.Error(err, said)
	}
	must(t, kdc.DeletePrincipal("alice"))
	if kdc.Login("alice", alice, cache) == nil {
		t.Error("a principal that was deleted gets a ticket")
	}
}
