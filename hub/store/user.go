package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

const userColumns = `u.id, u.login, u.name, u.role, u.active, u.lang, u.theme, u.density, u.ring_sound, u.caller_display, u.must_change, u.service,
	u.department, u.superior, u.post, u.employee_no, u.mobile, u.extension, u.email, u.state,
	u.bound_devices, u.lan_only, u.pc_only, u.login_days, u.login_from, u.login_to, u.lock_minutes`

func scanUser(scan func(...any) error, more ...any) (*crm.User, error) {
	u := &crm.User{}
	l := &u.Limits
	into := append([]any{&u.ID, &u.Login, &u.Name, &u.Role, &u.Active, &u.Lang, &u.Theme,
		&u.Density, &u.RingSound, &u.CallerDisplay, &u.MustChange, &u.Service,
		&u.Department, &u.Superior, &u.Post, &u.EmployeeNo, &u.Mobile, &u.Extension, &u.Email, &u.State,
		&l.BoundDevices, &l.LANOnly, &l.PCOnly, &l.Days, &l.From, &l.To, &l.LockMinutes}, more...)
	return u, scan(into...)
}

// User returns the user with that ID, active or not.
func (s *Store) User(ctx context.Context, id crm.ID) (*crm.User, error) {
	row := s.readers.QueryRowContext(ctx, `SELECT `+userColumns+` FROM user_account u WHERE u.id = ?`, id)
	u, err := scanUser(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return u, err
}

// Users returns all users by name, those who may no longer log in too.
func (s *Store) Users(ctx context.Context) ([]*crm.User, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT `+userColumns+` FROM user_account u ORDER BY u.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var users []*crm.User
	for rows.Next() {
		u, err := scanUser(rows.Scan)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, rows.Err()
}

// CountUsers tells how many users there are; none means the first start.
func (s *Store) CountUsers(ctx context.Context) (n int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM user_account`).Scan(&n)
	return n, err
}

// CreateUser adds a user with an argon2id hash; without roles he gets the one delivered
// for u.Role. A login that is taken is a Conflict.
func (s *Store) CreateUser(ctx context.Context, u *crm.User, hash string, roles ...crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error { return insertUser(ctx, tx, u, hash, roles...) })
}

// FirstUser keeps the office's first settings and its administrator together, unless
// somebody was quicker (Conflict).
func (s *Store) FirstUser(ctx context.Context, u *crm.User, hash string, settings map[string]string) error {
	return s.Write(ctx, func(tx *Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM user_account`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return &crm.Error{Code: crm.Conflict, Key: "setup.done"}
		}
		for key, value := range settings {
			if err := setSetting(ctx, tx, key, value); err != nil {
				return err
			}
		}
		return insertUser(ctx, tx, u, hash)
	})
}

func insertUser(ctx context.Context, tx *Tx, u *crm.User, hash string, roles ...crm.ID) error {
	if len(roles) == 0 {
		roles = []crm.ID{rights.RoleOf(u.Role)}
	}
	u.Role = rights.MainRole(roles)
	if u.State == "" {
		u.State = crm.EmployeeStates[0]
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO user_account
		(id, login, login_key, name, password_hash, must_change, role, active, lang, theme, density,
		 ring_sound, caller_display, service, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (login_key) DO NOTHING`,
		u.ID, u.Login, loginKey(u.Login), u.Name, hash, u.MustChange, u.Role, u.Active, u.Lang, u.Theme,
		u.Density, u.RingSound, u.CallerDisplay, u.Service, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return loginTaken()
	}
	if err := writeUser(ctx, tx, u); err != nil {
		return err
	}
	if err := setUserRoles(ctx, tx, u.ID, roles); err != nil || u.Superior == 0 {
		return err
	}
	return rebuildClosures(ctx, tx)
}

func loginTaken() error {
	return &crm.Error{Code: crm.Conflict, Key: "user.login_taken", Field: "login"}
}

func loginKey(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// UpdateUser writes everything but the password and the roles; a Role that differs
// from the one kept replaces them by the delivered one.
func (s *Store) UpdateUser(ctx context.Context, u *crm.User) error { return s.SaveUser(ctx, u, nil) }

// SaveUser writes everything but the password. Roles are replaced unless they are nil.
func (s *Store) SaveUser(ctx context.Context, u *crm.User, roles []crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		var other crm.ID
		err := tx.QueryRowContext(ctx, `SELECT id FROM user_account WHERE login_key = ? AND id <> ?`,
			loginKey(u.Login), u.ID).Scan(&other)
		if err == nil {
			return loginTaken()
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		row := tx.QueryRowContext(ctx, `SELECT `+userColumns+` FROM user_account u WHERE u.id = ?`, u.ID)
		was, err := scanUser(row.Scan)
		if err != nil {
			return err
		}
		if roles == nil && was.Role != u.Role {
			roles = []crm.ID{rights.RoleOf(u.Role)}
		}
		if roles != nil {
			u.Role = rights.MainRole(roles)
			if err := setUserRoles(ctx, tx, u.ID, roles); err != nil {
				return err
			}
		}
		if err := writeUser(ctx, tx, u); err != nil {
			return err
		}
		if roles == nil && was.Name == u.Name && was.Active == u.Active && was.Department == u.Department && was.Superior == u.Superior {
			return staffChanged(ctx, tx) // of no consequence for anybody's rights
		}
		return organised(ctx, tx)
	})
}

func writeUser(ctx context.Context, tx *Tx, u *crm.User) error {
	l := &u.Limits
	_, err := tx.ExecContext(ctx, `UPDATE user_account SET login = ?, login_key = ?, name = ?, role = ?,
		active = ?, lang = ?, theme = ?, density = ?, ring_sound = ?, caller_display = ?,
		department = ?, superior = ?, post = ?, employee_no = ?, mobile = ?, extension = ?, email = ?, state = ?,
		bound_devices = ?, lan_only = ?, pc_only = ?, login_days = ?, login_from = ?, login_to = ?, lock_minutes = ? WHERE id = ?`,
		u.Login, loginKey(u.Login), u.Name, u.Role, u.Active, u.Lang, u.Theme, u.Density, u.RingSound, u.CallerDisplay,
		u.Department, u.Superior, u.Post, u.EmployeeNo, u.Mobile, u.Extension, u.Email, u.State,
		l.BoundDevices, l.LANOnly, l.PCOnly, l.Days, l.From, l.To, l.LockMinutes, u.ID)
	return err
}

// RingGroup returns the users a line rings for; empty means everybody.
func (s *Store) RingGroup(ctx context.Context, line int) ([]crm.ID, error) {
	groups, err := s.RingGroups(ctx)
	return groups[line], err
}

// RingGroups returns every line's users.
func (s *Store) RingGroups(ctx context.Context) (map[int][]crm.ID, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT line, user_id FROM line_user ORDER BY line, user_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	groups := map[int][]crm.ID{}
	for rows.Next() {
		var line int
		var user crm.ID
		if err := rows.Scan(&line, &user); err != nil {
			return nil, err
		}
		groups[line] = append(groups[line], user)
	}
	return groups, rows.Err()
}

// SetRingGroup replaces a line's users.
func (s *Store) SetRingGroup(ctx context.Context, line int, users []crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error { return setRingGroup(ctx, tx, line, users) })
}

func setRingGroup(ctx context.Context, tx *Tx, line int, users []crm.ID) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM line_user WHERE line = ?`, line); err != nil {
		return err
	}
	for _, user := range users {
		if err := joinLine(ctx, tx, line, user); err != nil {
			return err
		}
	}
	return nil
}

// joinLine adds a user to a line's group; one who doesn't exist is left out.
func joinLine(ctx context.Context, tx *Tx, line int, user crm.ID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO line_user (line, user_id) SELECT ?, id FROM user_account WHERE id = ?
		ON CONFLICT DO NOTHING`, line, user)
	return err
}

// staff are all users, as of one count of changes.
type staff struct {
	rev   int64
	users map[crm.ID]*crm.User
	names map[crm.ID]string
}

// staffChanged counts a change of users that leaves everybody's rights alone.
func staffChanged(ctx context.Context, tx *Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE staff_state SET rev = rev + 1 WHERE id = 1`)
	return err
}

// Staff returns all users, those who may no longer log in too. Its answer is shared:
// read it only.
func (s *Store) Staff(ctx context.Context) (map[crm.ID]*crm.User, error) {
	now, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	return now.users, nil
}

// UserNames tells what every user is called. Its answer is shared: read it only.
func (s *Store) UserNames(ctx context.Context) (map[crm.ID]string, error) {
	now, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	return now.names, nil
}

// present asks whether what is remembered still holds, which costs less than reading
// hundreds of users for every list.
func (s *Store) present(ctx context.Context) (*staff, error) {
	var rev int64
	err := s.readers.QueryRowContext(ctx, `SELECT r.rev + s.rev FROM rights_state r, staff_state s WHERE r.id = 1 AND s.id = 1`).Scan(&rev)
	if err != nil {
		return nil, err
	}
	if kept := s.staff.Load(); kept != nil && kept.rev == rev {
		return kept, nil
	}
	list, err := s.Users(ctx)
	if err != nil {
		return nil, err
	}
	now := &staff{rev, make(map[crm.ID]*crm.User, len(list)), make(map[crm.ID]string, len(list))}
	for _, u := range list {
		now.users[u.ID], now.names[u.ID] = u, u.Name
	}
	s.staff.Store(now)
	return now, nil
}

// SetUserLines puts a user in the ring groups of these lines and of no other.
func (s *Store) SetUserLines(ctx context.Context, user crm.ID, lines []int) error {
	return s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM line_user WHERE user_id = ?`, user); err != nil {
			return err
		}
		for _, line := range lines {
			if err := joinLine(ctx, tx, line, user); err != nil {
				return err
			}
		}
		return nil
	})
}

// LastLogins tells when each user logged in last, in Unix ms.
func (s *Store) LastLogins(ctx context.Context) (map[crm.ID]int64, error) {
	logins := map[crm.ID]int64{}
	err := eachRow(ctx, s.Read(), `SELECT id, last_login FROM user_account WHERE last_login > 0`, func(scan func(...any) error) error {
		var id crm.ID
		var at int64
		err := scan(&id, &at)
		logins[id] = at
		return err
	})
	return logins, err
}
