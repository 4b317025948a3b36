package kafka
import ("testing";"time";"os";"fmt")
func TestZZ(t *testing.T) {
	kdc, err := StartKDC(); must(t, err); defer kdc.Stop()
	alice, err := kdc.AddPrincipal("alice", time.Hour); must(t, err)
	bob, err := kdc.AddPrincipal("bob", 10*time.Second); must(t, err)
	c, err := Start(Options{Nodes: 1, KDC: kdc}); must(t, err); defer c.Stop()
	must(t, c.CreateTopic("a", 1, 1))
	os.WriteFile("/tmp/krbx/env", []byte(fmt.Sprintf("BROKER=%s\nPLAIN=%s\nALICE=%s\nBOB=%s\nCONF=%s\nKDC=%s\n", c.Brokers("KERBEROS")[0], c.Brokers("PLAINTEXT")[0], alice, bob, kdc.path("krb5.conf"), kdc.Address)), 0o600)
	for { if _, err := os.Stat("/tmp/krbx/end"); err == nil { return }; time.Sleep(time.Second) }
}
