// Package all lists the modules of the office's work.
package all

import (
	"bellhop/hub/crm"
	"bellhop/hub/modules/activity"
	"bellhop/hub/modules/deal"
	"bellhop/hub/modules/party"
	"bellhop/hub/modules/product"
	"bellhop/hub/modules/quote"
	"bellhop/hub/modules/sales"
	"bellhop/hub/modules/schedule"
	"bellhop/hub/modules/service"
	"bellhop/hub/modules/stock"
)

// Modules, in the order of the menu.
var Modules = []crm.Module{
	party.Module,
	activity.Module, // contact records
	deal.Module,     // opportunities
	product.Module,
	quote.Module,
	sales.Module, // orders
	stock.Module,
	service.Module, // tickets
	schedule.Module,
}
