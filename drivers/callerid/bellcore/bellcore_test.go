package bellcore_test

import (
	"testing"

	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/calleridtest"
)

func TestStandard(t *testing.T) { calleridtest.Run(t, bellcore.Standard) }
