package jclip_test

import (
	"testing"

	"bellhop/drivers/callerid/calleridtest"
	"bellhop/drivers/callerid/jclip"
)

func TestStandard(t *testing.T) { calleridtest.Run(t, jclip.Standard) }

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x90\x81\x87\x90\x82\xc0\x03\x84\x81\x50\x90\x03\x1e\xee"))
	f.Add([]byte("\x90\x81\x87\x90\x82\xc0\xff"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := jclip.Parse(frame)
		if err == nil && m.Number == "" && m.NumberReason == 0 {
			t.Fatal("believed a frame without number or reason")
		}
	})
}

func TestWithheldFrameOfAnExchange(t *testing.T) {
	m, err := jclip.Parse([]byte("\x90\x81\x87\x90\x82\xc0\x03\x84\x81\x50\x90\x03\x1e\xee"))
	if err != nil || m.NumberReason != 'P' {
		t.Fatalf("%+v, %v", m, err)
	}
}
