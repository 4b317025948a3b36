package kafka

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// listeners are those of a node. Fronts are before the first one only.
func listeners(options *Options, id int) []string {
	names := []string{"CONTROLLER", "PLAINTEXT", "SASL_PLAINTEXT"}
	if options.Certificates != "" {
		names = append(names, "SSL", "MTLS", "SASL_SSL")
	}
	names = append(names, kerberosListeners(options)...)
	if options.Keys != "" {
		names = append(names, "OAUTH", "OAUTH_SSL")
	}
	if id == 1 {
		for i := range options.Fronts {
			names = append(names, fmt.Sprintf("FRONT%d", i))
		}
	}
	return names
}

// common holds for all. The times are short because the tests wait for them.
const common = `process.roles=broker,controller
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
num.partitions=2
num.network.threads=1
num.io.threads=2
log.cleaner.enable=false
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=150
broker.session.timeout.ms=1000
controller.quorum.election.timeout.ms=300
controller.quorum.fetch.timeout.ms=1000
replica.lag.time.max.ms=2000
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
super.users=User:ANONYMOUS
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
`

const sasl = `listener.name.%[1]s.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";
listener.name.%[1]s.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.%[1]s.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
`

// A connection may not be used for longer than its token lives, nor than 4 s.
const oauth = `listener.name.%[1]s.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.%[1]s.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
listener.name.%[1]s.oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler
listener.name.%[1]s.oauthbearer.connections.max.reauth.ms=4000
`

const tokens = `sasl.oauthbearer.jwks.endpoint.url=file://%s
sasl.oauthbearer.expected.issuer=tokens
sasl.oauthbearer.expected.audience=kafka
sasl.oauthbearer.clock.skew.seconds=0
`

const tls = `ssl.keystore.type=PEM
ssl.keystore.location=%[1]s/server.keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location=%[1]s/ca.pem
listener.name.mtls.ssl.client.auth=required
`

// protocol is what a listener speaks.
func protocol(listener string) string {
	switch {
	case listener == "MTLS":
		return "SSL"
	case listener == "OAUTH":
		return "SASL_PLAINTEXT"
	case listener == "OAUTH_SSL":
		return "SASL_SSL"
	case listener == "CONTROLLER" || strings.HasPrefix(listener, "FRONT"):
		return "PLAINTEXT"
	case listener == "KERBEROS":
		return "SASL_PLAINTEXT"
	case listener == "KERBEROS_SSL":
		return "SASL_SSL"
	}
	return listener
}

// properties are the node's server.properties.
func (n *Node) properties() string {
	options := &n.cluster.options
	var listen, advertise, protocols, voters []string
	for _, name := range listeners(options, n.ID) {
		address := n.addresses[name]
		listen = append(listen, name+"://"+address)
		protocols = append(protocols, name+":"+protocol(name))
		var front int
		if _, err := fmt.Sscanf(name, "FRONT%d", &front); err == nil {
			address = options.Fronts[front]
		}
		if name != "CONTROLLER" {
			advertise = append(advertise, name+"://"+address)
		}
	}
	for _, node := range n.cluster.Nodes {
		voters = append(voters, fmt.Sprintf("%d@%s", node.ID, node.addresses["CONTROLLER"]))
	}
	copies := 1
	if options.Nodes > 2 {
		copies = 3
	}
	text := common + fmt.Sprintf(`node.id=%d
log.dirs=%s
controller.quorum.voters=%s
listeners=%s
advertised.listeners=%s
listener.security.protocol.map=%s
default.replication.factor=%[7]d
offsets.topic.replication.factor=%[7]d
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=%[7]d
transaction.state.log.num.partitions=1
transaction.state.log.min.isr=1
`, n.ID, n.path("data"), strings.Join(voters, ","), strings.Join(listen, ","), strings.Join(advertise, ","),
		strings.Join(protocols, ","), copies)
	text += fmt.Sprintf(sasl, "sasl_plaintext")
	if options.Certificates != "" {
		text += fmt.Sprintf(sasl, "sasl_ssl") + fmt.Sprintf(tls, options.Certificates)
	}
	if options.Keys != "" {
		text += fmt.Sprintf(oauth, "oauth") + fmt.Sprintf(oauth, "oauth_ssl") + fmt.Sprintf(tokens, options.Keys)
	}
	return text + kerberosProperties(options) + strings.Join(options.Properties, "\n") + "\n"
}

var identity = regexp.MustCompile(`(?m)^(node\.id|directory\.id)=.*$`)

// format copies the folder that the installation has formatted, and makes it this node's.
func (n *Node) format() error {
	from := filepath.Join(os.Getenv("ILF_KAFKA"), "formatted")
	if err := os.MkdirAll(n.path("data"), 0o700); err != nil {
		return err
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	id[0] = 1 // so that it does not look like an option
	for _, name := range []string{"meta.properties", "bootstrap.checkpoint"} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if name == "meta.properties" {
			data = identity.ReplaceAll(data, nil)
			data = append(data, fmt.Sprintf("\nnode.id=%d\ndirectory.id=%s\n", n.ID, base64.RawURLEncoding.EncodeToString(id[:]))...)
		}
		if err := os.WriteFile(filepath.Join(n.path("data"), name), data, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(n.path("server.properties"), []byte(n.properties()), 0o600)
}
