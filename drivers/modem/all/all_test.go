package all

import (
	"testing"

	"bellhop/drivers/modem"
)

// What modems say to +CGMI, +CGMM and ATI, from their makers' manuals.
func TestModelsAreKnown(t *testing.T) {
	for name, tt := range map[string]struct {
		id   modem.Identity
		want string
	}{
		"SIM800C":  {modem.Identity{Manufacturer: "SIMCOM_Ltd", Model: "SIMCOM_SIM800C", Info: "SIM800 R14.18"}, "SIMCom SIM800"},
		"SIM900":   {modem.Identity{Model: "SIMCOM_SIM900", Info: "SIM900 R11.0"}, "SIMCom SIM800"},
		"EC25":     {modem.Identity{Manufacturer: "Quectel", Model: "EC25", Info: "Quectel EC25 Revision: EC25EFAR06A06M4G"}, "Quectel EC25"},
		"EC20":     {modem.Identity{Info: "Quectel EC20F Revision: EC20CEFAGR06A05M4G"}, "Quectel EC25"},
		"SIM7600":  {modem.Identity{Manufacturer: "SIMCOM INCORPORATED", Model: "SIMCOM_SIM7600CE"}, "generic"},
		"E173":     {modem.Identity{Manufacturer: "huawei", Model: "E173"}, "generic"},
		"says nil": {modem.Identity{}, "generic"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range Models {
				if m.Matches(tt.id) {
					if m.Name != tt.want {
						t.Errorf("taken by %s, want %s", m.Name, tt.want)
					}
					return
				}
			}
			t.Error("taken by none")
		})
	}
}
