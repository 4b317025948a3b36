package cflusher

// #include "calls.h"
import "C"

import "unsafe"

// The structs of ilf/flusher.h as Go writes them into an arena: pointers are
// uintptr. The constants below do not compile when size or offsets differ.
type (
	str   struct{ ptr, len uintptr }
	kv    struct{ key, value str }
	route struct {
		project, logstore, config str
		key                       int64
	}
	logRecord struct {
		time, timeNs, flags, reserved uint32
		contents, nContents           uintptr
		values, nValues               uintptr
	}
	group struct {
		category, topic, source, machineUUID str
		tags, nTags                          uintptr
		logs, nLogs                          uintptr
	}
	batch struct { // ilf_batch and ilf_event_batch
		structSize        uintptr
		route             route
		groups, nGroups   uintptr
		nBytes            uint64
		attempt, reserved uint32
	}
	value struct {
		typ, bits uint32
		a, b      uintptr // the union: a number, a string, or items and their number
	}
	field struct {
		key   str
		value value
	}
	logEvent struct {
		name, level, traceID, spanID str
		timestamp, observed, offset  uint64
		tags, nTags                  uintptr
		contents, nContents          uintptr
	}
	metricValue struct {
		key   str
		value float64
	}
	typedValue struct {
		key                str
		declared, reserved uint32
		value              value
	}
	metric struct {
		name, unit, description str
		timestamp, observed     uint64
		typ, shape              uint32
		value                   float64
		values, nValues         uintptr
		typed, nTyped           uintptr
		tags, nTags             uintptr
	}
	spanLink struct {
		traceID, spanID, traceState str
		tags, nTags                 uintptr
	}
	spanEvent struct {
		timestamp   int64
		name        str
		tags, nTags uintptr
	}
	span struct {
		traceID, spanID, parentSpanID, name, traceState str
		start, end, observed                            uint64
		kind, status                                    int64
		tags, nTags                                     uintptr
		links, nLinks                                   uintptr
		events, nEvents                                 uintptr
	}
	event struct {
		typ, reserved uint32
		as            uintptr
	}
	eventGroup struct {
		metadata, nMetadata uintptr
		tags, nTags         uintptr
		events, nEvents     uintptr
	}
)

// Each line holds a size, or the offset of a member behind which all others
// follow without a gap, against C: an array of a negative length, or an index
// out of range, is an error of the compiler.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(str{})-C.sizeof_ilf_str]
	_ = [1]struct{}{}[unsafe.Sizeof(kv{})-C.sizeof_ilf_kv]
	_ = [1]struct{}{}[unsafe.Sizeof(route{})-C.sizeof_ilf_route]
	_ = [1]struct{}{}[unsafe.Offsetof(route{}.key)-unsafe.Offsetof(C.ilf_route{}.logstore_key)]
	_ = [1]struct{}{}[unsafe.Sizeof(logRecord{})-C.sizeof_ilf_log]
	_ = [1]struct{}{}[unsafe.Offsetof(logRecord{}.contents)-unsafe.Offsetof(C.ilf_log{}.contents)]
	_ = [1]struct{}{}[unsafe.Offsetof(logRecord{}.nValues)-unsafe.Offsetof(C.ilf_log{}.n_values)]
	_ = [1]struct{}{}[unsafe.Sizeof(group{})-C.sizeof_ilf_group]
	_ = [1]struct{}{}[unsafe.Offsetof(group{}.tags)-unsafe.Offsetof(C.ilf_group{}.tags)]
	_ = [1]struct{}{}[unsafe.Offsetof(group{}.logs)-unsafe.Offsetof(C.ilf_group{}.logs)]
	_ = [1]struct{}{}[unsafe.Sizeof(batch{})-C.sizeof_ilf_batch]
	_ = [1]struct{}{}[unsafe.Offsetof(batch{}.groups)-unsafe.Offsetof(C.ilf_batch{}.groups)]
	_ = [1]struct{}{}[unsafe.Offsetof(batch{}.nBytes)-unsafe.Offsetof(C.ilf_batch{}.n_bytes)]
	_ = [1]struct{}{}[unsafe.Sizeof(batch{})-C.sizeof_ilf_event_batch]
	_ = [1]struct{}{}[unsafe.Offsetof(batch{}.nBytes)-unsafe.Offsetof(C.ilf_event_batch{}.n_bytes)]
	_ = [1]struct{}{}[unsafe.Sizeof(value{})-C.sizeof_ilf_value]
	_ = [1]struct{}{}[unsafe.Offsetof(value{}.a)-unsafe.Offsetof(C.ilf_value{}.as)]
	_ = [1]struct{}{}[unsafe.Sizeof(field{})-C.sizeof_ilf_field]
	_ = [1]struct{}{}[unsafe.Sizeof(logEvent{})-C.sizeof_ilf_log_event]
	_ = [1]struct{}{}[unsafe.Offsetof(logEvent{}.timestamp)-unsafe.Offsetof(C.ilf_log_event{}.timestamp)]
	_ = [1]struct{}{}[unsafe.Offsetof(logEvent{}.contents)-unsafe.Offsetof(C.ilf_log_event{}.contents)]
	_ = [1]struct{}{}[unsafe.Sizeof(metricValue{})-C.sizeof_ilf_metric_value]
	_ = [1]struct{}{}[unsafe.Sizeof(typedValue{})-C.sizeof_ilf_typed_value]
	_ = [1]struct{}{}[unsafe.Sizeof(metric{})-C.sizeof_ilf_metric]
	_ = [1]struct{}{}[unsafe.Offsetof(metric{}.value)-unsafe.Offsetof(C.ilf_metric{}.value)]
	_ = [1]struct{}{}[unsafe.Offsetof(metric{}.tags)-unsafe.Offsetof(C.ilf_metric{}.tags)]
	_ = [1]struct{}{}[unsafe.Sizeof(spanLink{})-C.sizeof_ilf_span_link]
	_ = [1]struct{}{}[unsafe.Sizeof(spanEvent{})-C.sizeof_ilf_span_event]
	_ = [1]struct{}{}[unsafe.Sizeof(span{})-C.sizeof_ilf_span]
	_ = [1]struct{}{}[unsafe.Offsetof(span{}.kind)-unsafe.Offsetof(C.ilf_span{}.kind)]
	_ = [1]struct{}{}[unsafe.Offsetof(span{}.events)-unsafe.Offsetof(C.ilf_span{}.events)]
	_ = [1]struct{}{}[unsafe.Sizeof(event{})-C.sizeof_ilf_event]
	_ = [1]struct{}{}[unsafe.Sizeof(eventGroup{})-C.sizeof_ilf_event_group]
	_ = [1]struct{}{}[unsafe.Offsetof(eventGroup{}.events)-unsafe.Offsetof(C.ilf_event_group{}.events)]
)
