package kafka

// The numbers that the protocol has for resources and their ACLs.
const (
	resourceTopic  = 2
	patternLiteral = 3
	permissionDeny = 2
	operationWrite = 4
)

// DenyWrite forbids a user to write to a topic.
func (c *Cluster) DenyWrite(user, topic string) error {
	body := &writer{}
	body.int32(1)
	body.int8(resourceTopic)
	body.string(topic)
	body.int8(patternLiteral)
	body.string("User:" + user)
	body.string("*")
	body.int8(operationWrite)
	body.int8(permissionDeny)
	r, err := c.ask(30, 1, false, body)
	if err != nil {
		return err
	}
	r.int32()
	var code int16
	r.each(func() {
		code = r.int16()
		r.string()
	})
	return failed(r, code)
}

// AllowAll takes back all that DenyWrite has forbidden for a topic.
func (c *Cluster) AllowAll(topic string) error {
	body := &writer{}
	body.int32(1)
	body.int8(resourceTopic)
	body.string(topic)
	body.int8(patternLiteral)
	body.null() // any user
	body.null() // any host
	body.int8(1)
	body.int8(1) // any operation and permission
	r, err := c.ask(31, 1, false, body)
	if err != nil {
		return err
	}
	r.int32()
	if r.int32() != 1 {
		return failed(r)
	}
	return failed(r, r.int16())
}
