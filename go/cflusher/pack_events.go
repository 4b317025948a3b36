package cflusher

// #include "calls.h"
import "C"

import (
	"unsafe"

	"github.com/alibaba/ilogtail/pkg/models"
)

const (
	sizeofEvent       = unsafe.Sizeof(event{})
	sizeofEventGroup  = unsafe.Sizeof(eventGroup{})
	sizeofMetricValue = unsafe.Sizeof(metricValue{})
	sizeofTypedValue  = unsafe.Sizeof(typedValue{})
	sizeofSpanLink    = unsafe.Sizeof(spanLink{})
	sizeofSpanEvent   = unsafe.Sizeof(spanEvent{})
)

// packEvents lays event groups out as an ilf_event_batch. Maps and objects that
// are nil, on which native flushers panic, count as empty ones. It returns how
// many events it had to leave out because their Go type is none of the host's.
func (a *arena) packEvents(r route, groups []*models.PipelineGroupEvents) (b *batch, unknown int) {
	b = (*batch)(a.alloc(unsafe.Sizeof(batch{})))
	*b = batch{structSize: unsafe.Sizeof(batch{}), route: r, nGroups: uintptr(len(groups))}
	packed := a.alloc(sizeofEventGroup * b.nGroups)
	b.groups = uintptr(packed)
	for i, g := range groups {
		to := (*eventGroup)(unsafe.Add(packed, uintptr(i)*sizeofEventGroup))
		*to = eventGroup{}
		if g == nil {
			continue
		}
		if g.Group != nil {
			to.metadata, to.nMetadata = a.packPairs(g.Group.Metadata)
			to.tags, to.nTags = a.packPairs(g.Group.Tags)
		}
		events := a.alloc(sizeofEvent * uintptr(len(g.Events)))
		to.events = uintptr(events)
		before := a.copied
		for _, e := range g.Events {
			packed, ok := a.packEvent(e)
			if !ok {
				unknown++
				continue
			}
			*(*event)(unsafe.Add(events, to.nEvents*sizeofEvent)) = packed
			to.nEvents++
		}
		b.nBytes += a.copied - before
	}
	return b, unknown
}

func (a *arena) packEvent(e models.PipelineEvent) (event, bool) {
	switch e := e.(type) {
	case *models.Log:
		if e != nil {
			return event{typ: C.ILF_EVENT_LOG, as: a.packLogEvent(e)}, true
		}
	case *models.Metric:
		if e != nil {
			return event{typ: C.ILF_EVENT_METRIC, as: a.packMetric(e)}, true
		}
	case *models.Span:
		if e != nil {
			return event{typ: C.ILF_EVENT_SPAN, as: a.packSpan(e)}, true
		}
	case models.ByteArray:
		to := (*str)(a.alloc(sizeofStr))
		*to = a.put(bytesAsString(e))
		return event{typ: C.ILF_EVENT_BYTES, as: uintptr(unsafe.Pointer(to))}, true
	}
	return event{}, false
}

// packPairs is for tags and metadata, which may be nil.
func (a *arena) packPairs(pairs models.KeyValues[string]) (uintptr, uintptr) {
	if pairs == nil {
		return 0, 0
	}
	all := pairs.Iterator()
	packed := a.alloc(sizeofKV * uintptr(len(all)))
	n := uintptr(0)
	for key, v := range all {
		*(*kv)(unsafe.Add(packed, n*sizeofKV)) = kv{a.put(key), a.put(v)}
		n++
	}
	return uintptr(packed), n
}

func (a *arena) packLogEvent(e *models.Log) uintptr {
	to := (*logEvent)(a.alloc(unsafe.Sizeof(logEvent{})))
	*to = logEvent{
		name: a.put(e.Name), level: a.put(e.Level), traceID: a.put(e.TraceID), spanID: a.put(e.SpanID),
		timestamp: e.Timestamp, observed: e.ObservedTimestamp, offset: e.Offset,
	}
	to.tags, to.nTags = a.packPairs(e.Tags)
	if e.Contents == nil {
		return uintptr(unsafe.Pointer(to))
	}
	contents := e.Contents.Iterator()
	packed := a.alloc(sizeofField * uintptr(len(contents)))
	to.contents = uintptr(packed)
	for key, v := range contents {
		*(*field)(unsafe.Add(packed, to.nContents*sizeofField)) = field{a.put(key), a.packValue(v)}
		to.nContents++
	}
	return uintptr(unsafe.Pointer(to))
}

func (a *arena) packMetric(e *models.Metric) uintptr {
	to := (*metric)(a.alloc(unsafe.Sizeof(metric{})))
	*to = metric{
		name: a.put(e.Name), unit: a.put(e.Unit), description: a.put(e.Description),
		timestamp: e.Timestamp, observed: e.ObservedTimestamp, typ: uint32(e.MetricType),
	}
	to.tags, to.nTags = a.packPairs(e.Tags)
	switch v := e.GetValue(); {
	case v.IsSingleValue():
		to.shape, to.value = C.ILF_METRIC_SINGLE, v.GetSingleValue()
	case v.IsMultiValues():
		to.shape = C.ILF_METRIC_MULTI
		if values := v.GetMultiValues(); values != nil {
			to.values, to.nValues = a.packFloats(values.Iterator())
		}
	}
	if typed := e.GetTypedValue(); typed != nil {
		to.typed, to.nTyped = a.packTyped(typed.Iterator())
	}
	return uintptr(unsafe.Pointer(to))
}

func (a *arena) packFloats(values map[string]float64) (uintptr, uintptr) {
	packed := a.alloc(sizeofMetricValue * uintptr(len(values)))
	n := uintptr(0)
	for key, v := range values {
		*(*metricValue)(unsafe.Add(packed, n*sizeofMetricValue)) = metricValue{a.put(key), v}
		n++
	}
	return uintptr(packed), n
}

func (a *arena) packTyped(values map[string]*models.TypedValue) (uintptr, uintptr) {
	packed := a.alloc(sizeofTypedValue * uintptr(len(values)))
	n := uintptr(0)
	for key, v := range values {
		to := typedValue{key: a.put(key)}
		if v != nil {
			to.declared, to.value = uint32(v.Type), a.packValue(v.Value)
		}
		*(*typedValue)(unsafe.Add(packed, n*sizeofTypedValue)) = to
		n++
	}
	return uintptr(packed), n
}

func (a *arena) packSpan(e *models.Span) uintptr {
	to := (*span)(a.alloc(unsafe.Sizeof(span{})))
	*to = span{
		traceID: a.put(e.TraceID), spanID: a.put(e.SpanID), parentSpanID: a.put(e.ParentSpanID),
		name: a.put(e.Name), traceState: a.put(e.TraceState),
		start: e.StartTime, end: e.EndTime, observed: e.ObservedTimestamp,
		kind: int64(e.Kind), status: int64(e.Status),
	}
	to.tags, to.nTags = a.packPairs(e.Tags)
	links := a.alloc(sizeofSpanLink * uintptr(len(e.Links)))
	to.links = uintptr(links)
	for _, link := range e.Links {
		if link == nil {
			continue
		}
		l := (*spanLink)(unsafe.Add(links, to.nLinks*sizeofSpanLink))
		*l = spanLink{traceID: a.put(link.TraceID), spanID: a.put(link.SpanID), traceState: a.put(link.TraceState)}
		l.tags, l.nTags = a.packPairs(link.Tags)
		to.nLinks++
	}
	events := a.alloc(sizeofSpanEvent * uintptr(len(e.Events)))
	to.events = uintptr(events)
	for _, ev := range e.Events {
		if ev == nil {
			continue
		}
		s := (*spanEvent)(unsafe.Add(events, to.nEvents*sizeofSpanEvent))
		*s = spanEvent{timestamp: ev.Timestamp, name: a.put(ev.Name)}
		s.tags, s.nTags = a.packPairs(ev.Tags)
		to.nEvents++
	}
	return uintptr(unsafe.Pointer(to))
}
