// Package plans keeps SQLite from planning a statement anew each time it runs.
//
// SQLite marks a statement as expired when its values are cleared, if one of them might
// have told the planner something, and almost every "column = ?" might. The driver
// clears the values of a statement it keeps, so all of them would be parsed again at
// every use, which took longer than running most of them. With the query planner
// stability guarantee on, plans don't depend on values, and stay.
package plans

/*
// The functions are those of the SQLite the driver brings; the linker finds them there,
// but not yet when cgo looks at this package alone.
#cgo LDFLAGS: -Wl,--unresolved-symbols=ignore-in-object-files

typedef struct sqlite3 sqlite3;
extern int sqlite3_auto_extension(void (*)(void));
extern int sqlite3_db_config(sqlite3 *, int, ...);

#define DBCONFIG_ENABLE_QPSG 1007 // SQLITE_DBCONFIG_ENABLE_QPSG of sqlite3.h

static int keep(sqlite3 *db, const char **message, const void *api) {
	int on;
	sqlite3_db_config(db, DBCONFIG_ENABLE_QPSG, 1, &on);
	return 0;
}

static int keep_plans(void) { return sqlite3_auto_extension((void (*)(void))keep); }
*/
import "C"

import _ "github.com/mattn/go-sqlite3" // SQLite itself

// Keep has every connection opened from now on keep its plans. Calling it again changes
// nothing.
func Keep() { C.keep_plans() }
