// The unit in which events travel through a v2 pipeline.

package models

// GroupInfo is what the events of a group have in common.
type GroupInfo struct {
	Metadata Metadata
	Tags     Tags
}

// PipelineGroupEvents is a group of events. Group may be nil.
type PipelineGroupEvents struct {
	Group  *GroupInfo
	Events []PipelineEvent
}

// GetMetadata never returns nil.
func (g *GroupInfo) GetMetadata() Metadata {
	if g == nil || g.Metadata == nil {
		return NilStringValues
	}
	return g.Metadata
}

// GetTags never returns nil.
func (g *GroupInfo) GetTags() Tags {
	if g == nil || g.Tags == nil {
		return NilStringValues
	}
	return g.Tags
}
