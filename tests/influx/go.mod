// A module of its own, so that nothing else depends on InfluxDB. Its path lies within ours, so that
// the tests' own packages may be used.
module ilf.local/go/influx

go 1.19

require (
	github.com/alibaba/ilogtail/pkg v0.0.0
	github.com/influxdata/influxdb v1.8.10
	github.com/influxdata/line-protocol/v2 v2.2.1
	ilf.local/go v0.0.0
)

replace (
	github.com/alibaba/ilogtail/pkg => ../../go/ilogtail
	ilf.local/go => ../../go
)
