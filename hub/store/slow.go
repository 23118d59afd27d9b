package store

import (
	"context"
	"time"

	"bellhop/hub/crm"
)

// queryTime is how long a question may take that a user put together: a filter that
// no index serves must not hold up the others.
const queryTime = 2 * time.Second

// errSlow is told of such a question.
var errSlow = &crm.Error{Code: crm.Invalid, Key: "query.too_slow"}

// bounded limits a user's question. done must be deferred: it turns an error that
// comes of the limit into one that says what to do.
func bounded(ctx context.Context) (limited context.Context, done func(*error)) {
	return boundedBy(ctx, queryTime)
}

func boundedBy(ctx context.Context, limit time.Duration) (context.Context, func(*error)) {
	limited, cancel := context.WithTimeout(ctx, limit)
	return limited, func(err *error) {
		if *err != nil && limited.Err() == context.DeadlineExceeded && ctx.Err() == nil {
			*err = errSlow
		}
		cancel()
	}
}
