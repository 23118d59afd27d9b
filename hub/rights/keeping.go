package rights

// Keeps tells whether the user decides what others may read and take out: the data
// keeper, and in an office that has named none an administrator.
func (r *Rights) Keeps() bool {
	return r.May(Audit, Approve) || r.Administrates() && !r.office.hasKeeper()
}

// ReadsLogs tells whether the user may read the logs.
func (r *Rights) ReadsLogs() bool { return r.May(Audit, Read) || r.Keeps() }

// hasKeeper tells whether an active user decides requests by his roles.
func (o *Office) hasKeeper() bool {
	for _, user := range o.Users {
		if !user.Active {
			continue
		}
		for _, role := range o.RolesOf(user) {
			if g, _ := role.grant(Audit); setOf(g.Actions)&Approve.bit() != 0 {
				return true
			}
		}
	}
	return false
}

// WithoutCopying are the same rights less those that take data out of the house
// (SEC-16): print and export.
func (r *Rights) WithoutCopying() *Rights {
	held := *r
	held.held = true
	return &held
}

// withholds tells that an action is one of those WithoutCopying takes.
func (r *Rights) withholds(action Action) bool {
	return r.held && (action == Print || action == Export)
}
