package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// officeChanged makes every process compile rights anew.
func officeChanged(ctx context.Context, tx *Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE rights_state SET rev = rev + 1 WHERE id = 1`)
	return err
}

// RightsRev implements rights.Source.
func (s *Store) RightsRev(ctx context.Context) (rev int64, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT rev FROM rights_state WHERE id = 1`).Scan(&rev)
	return rev, err
}

// Office implements rights.Source. What changes while it is read has a later revision
// than the one told, and is read again.
func (s *Store) Office(ctx context.Context) (*rights.Office, error) {
	rev, err := s.RightsRev(ctx)
	if err != nil {
		return nil, err
	}
	o := &rights.Office{Rev: rev, Users: map[crm.ID]*crm.User{}, Departments: map[crm.ID]*crm.Department{},
		Groups: map[crm.ID]*crm.Group{}, Roles: map[crm.ID]*rights.Role{}}
	users, err := s.Users(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		o.Users[u.ID] = u
	}
	departments, err := s.Departments(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range departments {
		o.Departments[d.ID] = d
	}
	groups, err := s.UserGroups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		o.Groups[g.ID] = g
	}
	roles, err := s.Roles(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		o.Roles[r.ID] = r
	}
	for _, pairs := range []struct {
		into  *map[crm.ID][]crm.ID
		query string
	}{
		{&o.UserRoles, `SELECT user_id, role_id FROM user_role ORDER BY user_id, role_id`},
		{&o.Below, `SELECT superior, user_id FROM superior_closure ORDER BY superior, depth, user_id`},
		{&o.Subtree, `SELECT ancestor, descendant FROM department_closure ORDER BY ancestor, depth, descendant`},
	} {
		if *pairs.into, err = readPairs(ctx, s.Read(), pairs.query); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func readPairs(ctx context.Context, q Querier, query string) (map[crm.ID][]crm.ID, error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	pairs := map[crm.ID][]crm.ID{}
	for rows.Next() {
		var a, b crm.ID
		if err := rows.Scan(&a, &b); err != nil {
			return nil, err
		}
		pairs[a] = append(pairs[a], b)
	}
	return pairs, rows.Err()
}

// Departments returns all, those of one parent in their order.
func (s *Store) Departments(ctx context.Context) ([]*crm.Department, error) {
	rows, err := s.Read().QueryContext(ctx, `SELECT id, parent, name, position FROM department ORDER BY parent, position, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*crm.Department
	for rows.Next() {
		d := &crm.Department{}
		if err := rows.Scan(&d.ID, &d.Parent, &d.Name, &d.Position); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// PutDepartment adds or changes a department. One below itself is refused.
func (s *Store) PutDepartment(ctx context.Context, d *crm.Department) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO department (id, parent, name, position) VALUES (?,?,?,?)
			ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name, position = excluded.position`,
			d.ID, d.Parent, d.Name, d.Position)
		if err != nil {
			return err
		}
		return organised(ctx, tx)
	})
}

// DeleteDepartment removes an empty department; one with people or departments in it
// is a Conflict.
func (s *Store) DeleteDepartment(ctx context.Context, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		var inside int
		err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM department WHERE parent = ?) +
			(SELECT count(*) FROM user_account WHERE department = ?)`, id, id).Scan(&inside)
		if err != nil {
			return err
		}
		if inside > 0 {
			return &crm.Error{Code: crm.Conflict, Key: "department.not_empty"}
		}
		for _, sql := range []string{`DELETE FROM rec_share WHERE target = ?`, `DELETE FROM department WHERE id = ?`} {
			if _, err := tx.ExecContext(ctx, sql, id); err != nil {
				return err
			}
		}
		return organised(ctx, tx)
	})
}

func organised(ctx context.Context, tx *Tx) error {
	if err := rebuildClosures(ctx, tx); err != nil {
		return err
	}
	return officeChanged(ctx, tx)
}

// rebuildClosures writes both closures anew from parents and superiors. An office has
// hundreds of either, not millions.
func rebuildClosures(ctx context.Context, tx *Tx) error {
	for _, tree := range []struct {
		read, clear, write string
		self               bool // a node is below itself
		loop               *crm.Error
	}{
		{`SELECT id, parent FROM department`, `DELETE FROM department_closure`,
			`INSERT INTO department_closure (ancestor, descendant, depth) VALUES (?,?,?)`, true,
			&crm.Error{Code: crm.Invalid, Key: "department.loop", Field: "parent"}},
		{`SELECT id, superior FROM user_account`, `DELETE FROM superior_closure`,
			`INSERT INTO superior_closure (superior, user_id, depth) VALUES (?,?,?)`, false,
			&crm.Error{Code: crm.Invalid, Key: "user.superior_loop", Field: "superior"}},
	} {
		pairs, err := readPairs(ctx, tx, tree.read)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, tree.clear); err != nil {
			return err
		}
		for id := range pairs {
			if tree.self {
				if _, err := tx.ExecContext(ctx, tree.write, id, id, 0); err != nil {
					return err
				}
			}
			depth := 1
			for above := pairs[id][0]; above != 0 && pairs[above] != nil; above = pairs[above][0] {
				if above == id || depth > len(pairs) {
					return tree.loop
				}
				if _, err := tx.ExecContext(ctx, tree.write, above, id, depth); err != nil {
					return err
				}
				depth++
			}
		}
	}
	return nil
}

// UserGroups returns all groups of users, by name.
func (s *Store) UserGroups(ctx context.Context) ([]*crm.Group, error) {
	members, err := readPairs(ctx, s.Read(), `SELECT group_id, user_id FROM group_member ORDER BY group_id, user_id`)
	if err != nil {
		return nil, err
	}
	rows, err := s.Read().QueryContext(ctx, `SELECT id, name FROM user_group ORDER BY name, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*crm.Group
	for rows.Next() {
		g := &crm.Group{}
		if err := rows.Scan(&g.ID, &g.Name); err != nil {
			return nil, err
		}
		if g.Members = members[g.ID]; g.Members == nil {
			g.Members = []crm.ID{}
		}
		list = append(list, g)
	}
	return list, rows.Err()
}

// PutGroup adds or changes a group with its members; one who doesn't exist is left out.
func (s *Store) PutGroup(ctx context.Context, g *crm.Group) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO user_group (id, name) VALUES (?,?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name`, g.ID, g.Name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM group_member WHERE group_id = ?`, g.ID); err != nil {
			return err
		}
		for _, user := range g.Members {
			_, err := tx.ExecContext(ctx, `INSERT INTO group_member (group_id, user_id) SELECT ?, id FROM user_account WHERE id = ?
				ON CONFLICT DO NOTHING`, g.ID, user)
			if err != nil {
				return err
			}
		}
		return officeChanged(ctx, tx)
	})
}

// DeleteGroup removes a group, and what was shared with it is shared with it no more.
func (s *Store) DeleteGroup(ctx context.Context, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, sql := range []string{`DELETE FROM rec_share WHERE target = ?`, `DELETE FROM group_member WHERE group_id = ?`,
			`DELETE FROM user_group WHERE id = ?`} {
			if _, err := tx.ExecContext(ctx, sql, id); err != nil {
				return err
			}
		}
		return officeChanged(ctx, tx)
	})
}

// Roles returns every role: the delivered ones first, as the office has changed them.
func (s *Store) Roles(ctx context.Context) ([]*rights.Role, error) {
	kept, err := s.keptRoles(ctx)
	if err != nil {
		return nil, err
	}
	var list []*rights.Role
	for _, role := range rights.Delivered() {
		if changed := kept[role.ID]; changed != nil {
			role = changed
			delete(kept, role.ID)
		}
		list = append(list, role)
	}
	own := make([]*rights.Role, 0, len(kept))
	for _, role := range kept {
		own = append(own, role)
	}
	slices.SortFunc(own, func(a, b *rights.Role) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	return append(list, own...), nil
}

func (s *Store) keptRoles(ctx context.Context) (map[crm.ID]*rights.Role, error) {
	kept := map[crm.ID]*rights.Role{}
	err := eachRow(ctx, s.Read(), `SELECT id, role_key, name, note FROM role_sheet`, func(scan func(...any) error) error {
		r := &rights.Role{Grants: map[string]rights.Grant{}, Fields: map[string]map[string]rights.Level{}}
		err := scan(&r.ID, &r.Key, &r.Name, &r.Note)
		kept[r.ID] = r
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, s.Read(), `SELECT role_id, subject, actions, reach FROM role_grant`, func(scan func(...any) error) error {
		var id crm.ID
		var subject, actions string
		var g rights.Grant
		if err := scan(&id, &subject, &actions, &g.Reach); err != nil {
			return err
		}
		for _, a := range strings.Fields(actions) {
			g.Actions = append(g.Actions, rights.Action(a))
		}
		if kept[id] != nil {
			kept[id].Grants[subject] = g
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, s.Read(), `SELECT role_id, entity, field, level FROM role_field`, func(scan func(...any) error) error {
		var id crm.ID
		var entity, key string
		var level rights.Level
		if err := scan(&id, &entity, &key, &level); err != nil {
			return err
		}
		if r := kept[id]; r != nil {
			if r.Fields[entity] == nil {
				r.Fields[entity] = map[string]rights.Level{}
			}
			r.Fields[entity][key] = level
		}
		return nil
	})
	return kept, err
}

// eachRow calls fn for every row of a query.
func eachRow(ctx context.Context, q Querier, query string, fn func(scan func(...any) error) error, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// PutRole keeps a role whole.
func (s *Store) PutRole(ctx context.Context, r *rights.Role) error {
	return s.Write(ctx, func(tx *Tx) error {
		if err := dropRole(ctx, tx, r.ID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO role_sheet (id, role_key, name, note) VALUES (?,?,?,?)`, r.ID, r.Key, r.Name, r.Note)
		if err != nil {
			return err
		}
		for subject, g := range r.Grants {
			words := make([]string, len(g.Actions))
			for i, a := range g.Actions {
				words[i] = string(a)
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO role_grant (role_id, subject, actions, reach) VALUES (?,?,?,?)`,
				r.ID, subject, strings.Join(words, " "), g.Reach)
			if err != nil {
				return err
			}
		}
		for entity, fields := range r.Fields {
			for key, level := range fields {
				_, err := tx.ExecContext(ctx, `INSERT INTO role_field (role_id, entity, field, level) VALUES (?,?,?,?)`, r.ID, entity, key, level)
				if err != nil {
					return err
				}
			}
		}
		return officeChanged(ctx, tx)
	})
}

// dropRole forgets what is kept of a role; a delivered one is as delivered again.
func dropRole(ctx context.Context, tx *Tx, id crm.ID) error {
	for _, sql := range []string{`DELETE FROM role_grant WHERE role_id = ?`, `DELETE FROM role_field WHERE role_id = ?`, `DELETE FROM role_sheet WHERE id = ?`} {
		if _, err := tx.ExecContext(ctx, sql, id); err != nil {
			return err
		}
	}
	return nil
}

// DeleteRole removes a role nobody has (else Conflict), or resets a delivered one.
func (s *Store) DeleteRole(ctx context.Context, id crm.ID, delivered bool) error {
	return s.Write(ctx, func(tx *Tx) error {
		var one int
		err := tx.QueryRowContext(ctx, `SELECT 1 FROM user_role WHERE role_id = ? LIMIT 1`, id).Scan(&one)
		if err == nil && !delivered {
			return &crm.Error{Code: crm.Conflict, Key: "role.in_use"}
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := dropRole(ctx, tx, id); err != nil {
			return err
		}
		return officeChanged(ctx, tx)
	})
}

func setUserRoles(ctx context.Context, tx *Tx, user crm.ID, roles []crm.ID) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM user_role WHERE user_id = ?`, user); err != nil {
		return err
	}
	for _, role := range roles {
		_, err := tx.ExecContext(ctx, `INSERT INTO user_role (user_id, role_id) VALUES (?,?) ON CONFLICT DO NOTHING`, user, role)
		if err != nil {
			return err
		}
	}
	return officeChanged(ctx, tx)
}

// UserRoles returns the roles of every user.
func (s *Store) UserRoles(ctx context.Context) (map[crm.ID][]crm.ID, error) {
	return readPairs(ctx, s.Read(), `SELECT user_id, role_id FROM user_role ORDER BY user_id, role_id`)
}
