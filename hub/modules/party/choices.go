package party

import "bellhop/hub/field"

// The choices several kinds of party share. An office changes them in its dictionaries.

func neutral(ids ...string) []field.Option {
	options := make([]field.Option, len(ids))
	for i, id := range ids {
		options[i] = field.Option{ID: id, Tone: field.Neutral}
	}
	return options
}

var (
	sources    = neutral("call", "web", "fair", "referral", "ad", "visit", "other")
	industries = neutral("machinery", "electronics", "building", "food", "medical", "textile", "trade", "logistics", "it", "education", "other")
	areas      = neutral("east", "south", "north", "central", "northeast", "northwest", "southwest", "abroad")
	// settlements say when a delivery is to be paid: at once, against invoice, after 1, 2 or 3 months.
	settlements = neutral("cash", "invoice", "m1", "m2", "m3")
)

// buyer is the role a party needs to be on a sales order.
const buyer = "buyer"

// roles are what a party may be to the office; one may be several at once.
var roles = []field.Option{
	{ID: buyer, Tone: field.OK}, {ID: "payer", Tone: field.Info}, {ID: "shipTo", Tone: field.Info},
	{ID: "dealer", Tone: field.Warn}, {ID: "employee", Tone: field.Neutral}, {ID: "debtor", Tone: field.Bad},
}

// What only companies and only people have.
var (
	company = &field.Condition{Field: "kind", Op: field.Ne, Value: "person"}
	person  = &field.Condition{Field: "kind", Op: field.Eq, Value: "person"}
)
