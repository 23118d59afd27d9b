package bt_test

import (
	"testing"

	"bellhop/drivers/callerid/bt"
	"bellhop/drivers/callerid/calleridtest"
)

func TestStandard(t *testing.T) { calleridtest.Run(t, bt.Standard) }
