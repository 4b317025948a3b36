package cflusher

// #include "calls.h"
import "C"

import (
	"unsafe"

	"github.com/alibaba/ilogtail/pkg/protocol"
)

const (
	logHasTimeNs = C.ILF_LOG_HAS_TIME_NS

	sizeofStr = unsafe.Sizeof(str{})
	sizeofKV  = unsafe.Sizeof(kv{})
	sizeofLog = unsafe.Sizeof(logRecord{})
)

// packGroups lays log groups out as an ilf_batch. Nil elements, on which the
// host's own code panics, count as empty ones.
func (a *arena) packGroups(r route, groups []*protocol.LogGroup) *batch {
	b := (*batch)(a.alloc(unsafe.Sizeof(batch{})))
	*b = batch{structSize: unsafe.Sizeof(batch{}), route: r, nGroups: uintptr(len(groups))}
	packed := a.alloc(unsafe.Sizeof(group{}) * b.nGroups)
	b.groups = uintptr(packed)
	for i, g := range groups {
		to := (*group)(unsafe.Add(packed, uintptr(i)*unsafe.Sizeof(group{})))
		*to = group{}
		if g != nil {
			b.nBytes += a.packGroup(to, g)
		}
	}
	return b
}

func (a *arena) packGroup(to *group, g *protocol.LogGroup) (bytes uint64) {
	to.category = a.put(g.Category)
	to.topic = a.put(g.Topic)
	to.source = a.put(g.Source)
	to.machineUUID = a.put(g.MachineUUID)

	to.nTags = uintptr(len(g.LogTags))
	tags := a.alloc(sizeofKV * to.nTags)
	to.tags = uintptr(tags)
	for i, tag := range g.LogTags {
		pair := (*kv)(unsafe.Add(tags, uintptr(i)*sizeofKV))
		if tag == nil {
			*pair = kv{}
			continue
		}
		*pair = kv{a.put(tag.Key), a.put(tag.Value)}
	}

	to.nLogs = uintptr(len(g.Logs))
	logs := a.alloc(sizeofLog * to.nLogs)
	to.logs = uintptr(logs)
	var last packedLog
	for i, log := range g.Logs {
		record := (*logRecord)(unsafe.Add(logs, uintptr(i)*sizeofLog))
		if log == nil {
			*record = logRecord{}
			continue
		}
		bytes += a.packLog(record, log, &last)
	}
	return bytes
}

// packedLog is the log before, whose keys the next one often shares.
type packedLog struct {
	contents []*protocol.Log_Content
	pairs    unsafe.Pointer
}

func (a *arena) packLog(to *logRecord, log *protocol.Log, last *packedLog) (bytes uint64) {
	*to = logRecord{time: log.Time, nContents: uintptr(len(log.Contents))}
	if log.TimeNs != nil {
		to.timeNs, to.flags = *log.TimeNs, logHasTimeNs
	}
	if len(log.Values) > 0 {
		a.packValues(to, log.Values)
	}
	pairs := a.alloc(sizeofKV * to.nContents)
	to.contents = uintptr(pairs)
	// The loop in which a flush spends its time on the Go side: one check for
	// room per pair, then two copies and one store of 32 bytes. Processors take
	// keys from their configuration, so the key is mostly the very string that
	// the log before has in the same place; it is not copied again then, which
	// saves the copy here and, for flushers that look for it, its formatting.
	for i, content := range log.Contents {
		pair := (*kv)(unsafe.Add(pairs, uintptr(i)*sizeofKV))
		if content == nil {
			*pair = kv{}
			continue
		}
		nKey, nValue := uintptr(len(content.Key)), uintptr(len(content.Value))
		if a.size-a.off < nKey+nValue {
			a.grow(nKey + nValue)
		}
		bytes += uint64(nKey + nValue)
		if i < len(last.contents) && sameString(last.contents[i], content) {
			pair.key = (*kv)(unsafe.Add(last.pairs, uintptr(i)*sizeofKV)).key
		} else {
			key := unsafe.Add(a.base, a.off)
			copy(unsafe.Slice((*byte)(key), nKey), content.Key)
			pair.key = str{uintptr(key), nKey}
			a.off += nKey
		}
		val := unsafe.Add(a.base, a.off)
		copy(unsafe.Slice((*byte)(val), nValue), content.Value)
		pair.value = str{uintptr(val), nValue}
		a.off += nValue
	}
	last.contents, last.pairs = log.Contents, pairs
	return bytes
}

// sameString tells whether the keys are one string in memory, not merely equal.
func sameString(a, b *protocol.Log_Content) bool {
	return a != nil && *(*str)(unsafe.Pointer(&a.Key)) == *(*str)(unsafe.Pointer(&b.Key))
}

// packValues is for Log.Values, which hardly anybody fills.
func (a *arena) packValues(to *logRecord, values []string) {
	to.nValues = uintptr(len(values))
	packed := a.alloc(sizeofStr * to.nValues)
	to.values = uintptr(packed)
	for i, v := range values {
		*(*str)(unsafe.Add(packed, uintptr(i)*sizeofStr)) = a.put(v)
	}
}
