package table

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"bellhop/hub/crm"
)

// Server says where a database server of the office is.
type Server struct {
	Kind      string // mysql, sqlserver
	Host      string
	Port      int // 0 for the usual one
	Database  string
	Login     string
	Password  string
	Encrypted bool // TLS, by a certificate this machine trusts
}

// Kinds of servers.
const (
	MySQL     = "mysql"
	SQLServer = "sqlserver"
)

var usualPort = map[string]int{MySQL: 3306, SQLServer: 1433}

const (
	dialPatience   = 5 * time.Second
	serverPatience = 30 * time.Second
)

// Allowed tells whether a server may stand at an address: in the office's own network or
// on this machine. The hub is no way into other networks, nor to a cloud's own services.
func Allowed(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsPrivate() || ip.IsLoopback()
}

// dialer connects to allowed addresses only. It is asked after names are resolved, so
// that a name can't point elsewhere the second time.
var dialer = net.Dialer{Timeout: dialPatience, Control: func(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !Allowed(at.Addr()) {
		return refusal("import.server_outside")
	}
	return nil
}}

// OpenServer prepares a connection; Tables makes it. Only SELECT is ever sent.
func OpenServer(s Server, limits Limits) (*Database, error) {
	if s.Port == 0 {
		s.Port = usualPort[s.Kind]
	}
	switch s.Kind {
	case MySQL:
		return openMySQL(s, limits)
	case SQLServer:
		return openSQLServer(s, limits)
	}
	return nil, refusal("import.server_kind")
}

func openMySQL(s Server, limits Limits) (*Database, error) {
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName = s.Login, s.Password, s.Database
	c.Net, c.Addr = "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	c.Timeout, c.ReadTimeout, c.WriteTimeout = dialPatience, serverPatience, serverPatience
	c.DialFunc = dialer.DialContext
	c.MaxAllowedPacket = 16 << 20
	c.AllowAllFiles = false // a hostile server may ask for files of ours
	if s.Encrypted {
		c.TLSConfig = "true"
	}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, serverError(err)
	}
	return served(sql.OpenDB(readOnly{connector}), limits, dialect{
		tables: `SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY table_name`,
		quote:  func(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" },
	}), nil
}

// readOnly has a MySQL server refuse every write of its connections. MySQL and MariaDB
// call the variable by different names; the statement both know since 2013.
type readOnly struct{ driver.Connector }

func (r readOnly) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.(driver.ExecerContext).ExecContext(ctx, "SET SESSION TRANSACTION READ ONLY", nil)
	const syntax = 1064 // an older server: only SELECT is sent to it all the same
	if refused := (*mysql.MySQLError)(nil); errors.As(err, &refused) && refused.Number == syntax {
		err = nil
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func openSQLServer(s Server, limits Limits) (*Database, error) {
	c := msdsn.Config{Host: s.Host, Port: uint64(s.Port), Database: s.Database, User: s.Login, Password: s.Password, AppName: "bellhop",
		ReadOnlyIntent: true, DialTimeout: dialPatience, ConnTimeout: serverPatience, Encryption: msdsn.EncryptionDisabled, Protocols: []string{"tcp"}}
	if s.Encrypted {
		c.Encryption = msdsn.EncryptionRequired
	}
	connector := mssql.NewConnectorConfig(c)
	connector.Dialer = &dialer
	return served(sql.OpenDB(connector), limits, dialect{
		tables: `SELECT CASE WHEN TABLE_SCHEMA = SCHEMA_NAME() THEN TABLE_NAME ELSE TABLE_SCHEMA + '.' + TABLE_NAME END
			FROM INFORMATION_SCHEMA.TABLES ORDER BY 1`,
		quote: bracketed,
	}), nil
}

// bracketed quotes schema and name of a table of SQL Server.
func bracketed(name string) string {
	quote := func(s string) string { return "[" + strings.ReplaceAll(s, "]", "]]") + "]" }
	if schema, table, ok := strings.Cut(name, "."); ok {
		return quote(schema) + "." + quote(table)
	}
	return quote(name)
}

func served(db *sql.DB, limits Limits, d dialect) *Database {
	db.SetMaxOpenConns(2)
	db.SetConnMaxIdleTime(time.Minute)
	d.timeout = serverPatience
	return &Database{db: db, limits: limits, dialect: d, remote: true}
}

// serverError says in the server's own words why it refused.
func serverError(err error) error {
	if refused := refusalIn(err); refused != nil {
		return refused
	}
	return &crm.Error{Code: crm.Unavailable, Key: "import.server_said", Args: map[string]string{"text": clip(err.Error())}}
}

// Check tells whether the server answers.
func (d *Database) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dialPatience+serverPatience)
	defer cancel()
	if err := d.db.PingContext(ctx); err != nil {
		return serverError(err)
	}
	return nil
}
