package store

// IsFull tells whether the database refused because its disk, or the quota on it, has
// no space left. Nothing was written; it works again once there is space.
func IsFull(err error) bool {
	return (&sqlite{}).full(err) || (&postgres{}).full(err)
}
