// The maps that plugins register in. They are not locked: register in init.

package pipeline

// The creators make a plugin with its default options, without side effects.
type (
	MetricCreator     func() MetricInput
	ServiceCreator    func() ServiceInput
	ProcessorCreator  func() Processor
	AggregatorCreator func() Aggregator
	FlusherCreator    func() Flusher
	ExtensionCreator  func() Extension
)

// The registered plugins by type name.
var (
	MetricInputs  = map[string]MetricCreator{}
	ServiceInputs = map[string]ServiceCreator{}
	Processors    = map[string]ProcessorCreator{}
	Aggregators   = map[string]AggregatorCreator{}
	Flushers      = map[string]FlusherCreator{}
	Extensions    = map[string]ExtensionCreator{}
)

// AddMetricCreator and the others register a type; the last one to register a name wins, as in the host.
func AddMetricCreator(name string, creator MetricCreator)         { MetricInputs[name] = creator }
func AddServiceCreator(name string, creator ServiceCreator)       { ServiceInputs[name] = creator }
func AddProcessorCreator(name string, creator ProcessorCreator)   { Processors[name] = creator }
func AddAggregatorCreator(name string, creator AggregatorCreator) { Aggregators[name] = creator }
func AddFlusherCreator(name string, creator FlusherCreator)       { Flushers[name] = creator }
func AddExtensionCreator(name string, creator ExtensionCreator)   { Extensions[name] = creator }
