// The constructors of maps and groups.

package models

// NewKeyValues makes an empty map.
func NewKeyValues[TValue string | float64 | *TypedValue | any]() KeyValues[TValue] {
	return &keyValues[TValue]{pairs: map[string]TValue{}}
}

// NewTags makes empty tags.
func NewTags() Tags { return NewKeyValues[string]() }

// NewTagsWithMap makes tags that live in the given map.
func NewTagsWithMap(tags map[string]string) Tags { return withMap(tags) }

// NewTagsWithKeyValues makes tags of keys and values in turn; a last key
// without a value is left out.
func NewTagsWithKeyValues(keyValues ...string) Tags { return withPairs(keyValues) }

// NewMetadata makes empty metadata.
func NewMetadata() Metadata { return NewKeyValues[string]() }

// NewMetadataWithMap makes metadata that lives in the given map.
func NewMetadataWithMap(meta map[string]string) Metadata { return withMap(meta) }

// NewMetadataWithKeyValues makes metadata of keys and values in turn.
func NewMetadataWithKeyValues(keyValues ...string) Metadata { return withPairs(keyValues) }

// NewLogContents makes the empty contents of a log.
func NewLogContents() LogContents { return NewKeyValues[interface{}]() }

// NewGroup makes what the events of a group have in common.
func NewGroup(meta Metadata, tags Tags) *GroupInfo {
	return &GroupInfo{Metadata: meta, Tags: tags}
}

func withMap[TValue string | float64 | *TypedValue | any](pairs map[string]TValue) *keyValues[TValue] {
	if pairs == nil {
		pairs = map[string]TValue{}
	}
	return &keyValues[TValue]{pairs: pairs}
}

func withPairs(keyValues []string) KeyValues[string] {
	kv := withMap[string](nil)
	for i := 0; i+1 < len(keyValues); i += 2 {
		kv.Add(keyValues[i], keyValues[i+1])
	}
	return kv
}
