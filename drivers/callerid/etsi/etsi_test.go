package etsi_test

import (
	"testing"

	"bellhop/drivers/callerid/calleridtest"
	"bellhop/drivers/callerid/etsi"
)

func TestStandard(t *testing.T) { calleridtest.Run(t, etsi.Standard) }
