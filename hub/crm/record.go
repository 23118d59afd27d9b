package crm

// Record is one record of an entity, as it is kept.
type Record struct {
	Entity    string
	ID        ID
	Rev       int64 // counts writes, so that nobody overwrites what he has not seen
	Label     string
	Values    map[string]any // by field key, in the Go types of hub/field; absent is empty
	Owner     ID             // 0 is nobody
	CreatedAt int64
	UpdatedAt int64
	CreatedBy ID
	UpdatedBy ID
}

// Text returns the value of a text-like field, "" when it is empty.
func (r *Record) Text(key string) string {
	s, _ := r.Values[key].(string)
	return s
}

// Ref names a record of an entity.
type Ref struct {
	Entity string `json:"entity"`
	ID     ID     `json:"id"`
}
