package stock

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"strconv"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// movement is what a document does to one product: so much more of it, worth so much
// more. Both are exact whole numbers (millionths, ten-thousandths), so that taking a
// movement back leaves nothing behind, in whatever order documents come and go.
type movement struct {
	qty   field.Decimal
	value field.Money
}

// countable refuses lines that nothing could be counted by.
func countable(_ context.Context, _ crm.Transaction, _, now *crm.Record) error {
	lines, _ := now.Values["lines"].([]field.Line)
	currency := ""
	for i, line := range lines {
		at := "lines." + strconv.Itoa(i) + "."
		if qty, _ := line.Values["qty"].(field.Decimal); qty <= 0 {
			return &crm.Error{Code: crm.Invalid, Key: "stockin.no_quantity", Field: at + "qty"}
		}
		price, _ := line.Values["price"].(field.Money)
		if price.Units < 0 {
			return &crm.Error{Code: crm.Invalid, Key: "stockin.negative_price", Field: at + "price"}
		}
		if currency != "" && price.Currency != currency {
			return &crm.Error{Code: crm.Invalid, Key: "product.several_currencies", Field: at + "price"}
		}
		currency = price.Currency
		if worth(line).Units > most {
			return &crm.Error{Code: crm.Invalid, Key: "field.money_too_large", Field: at + "price"}
		}
	}
	return nil
}

// most keeps what adds up within what is counted exactly.
const most = 900_719_925_474_000

// worth is quantity times price, in whole ten-thousandths, half away from zero.
func worth(line field.Line) field.Money {
	qty, _ := line.Values["qty"].(field.Decimal)
	price, _ := line.Values["price"].(field.Money)
	one := big.NewInt(1_000_000)
	n := new(big.Int).Mul(big.NewInt(int64(qty)), big.NewInt(price.Units))
	n.Add(n, big.NewInt(500_000)) // neither is negative: countable
	n.Quo(n, one)
	if !n.IsInt64() {
		return field.Money{Units: most + 1, Currency: price.Currency}
	}
	return field.Money{Units: n.Int64(), Currency: price.Currency}
}

// book moves quantity and value of the products by what the write changed; their cost
// follows (moving weighted average, or fixed: the formula of product.cost).
func book(ctx context.Context, tx crm.Transaction, old, now *crm.Record) error {
	moved := map[crm.ID]movement{}
	collect(moved, old, -1)
	collect(moved, now, 1)
	ids := make([]crm.ID, 0, len(moved))
	for id := range moved {
		ids = append(ids, id)
	}
	slices.Sort(ids) // two writers meet in the same order
	for _, id := range ids {
		if err := move(ctx, tx, id, moved[id]); err != nil {
			return err
		}
	}
	return nil
}

func collect(moved map[crm.ID]movement, rec *crm.Record, sign int64) {
	if rec == nil {
		return
	}
	lines, _ := rec.Values["lines"].([]field.Line)
	for _, line := range lines {
		product, ok := line.Values["product"].(field.Ref)
		if !ok {
			continue
		}
		qty, _ := line.Values["qty"].(field.Decimal)
		value := worth(line)
		m := moved[crm.ID(product.ID)]
		m.qty += qty * field.Decimal(sign)
		m.value.Units += value.Units * sign
		m.value.Currency = value.Currency
		moved[crm.ID(product.ID)] = m
	}
}

func move(ctx context.Context, tx crm.Transaction, id crm.ID, m movement) error {
	if m.qty == 0 && m.value.Units == 0 {
		return nil
	}
	ref := crm.Ref{Entity: "product", ID: id}
	product, err := tx.Record(ctx, ref)
	var gone *crm.Error
	if errors.As(err, &gone) && gone.Code == crm.NotFound {
		return nil // deleted since: it has no cost any more
	}
	if err != nil {
		return err
	}
	qty, _ := product.Values["stockQty"].(field.Decimal)
	value, _ := product.Values["stockValue"].(field.Money)
	if value.Units != 0 && value.Currency != m.value.Currency {
		return &crm.Error{Code: crm.Invalid, Key: "stockin.other_currency", Field: "lines", Args: map[string]string{"name": product.Label}}
	}
	value = field.Money{Units: value.Units + m.value.Units, Currency: m.value.Currency}
	if value.Units > most || qty+m.qty > most {
		return &crm.Error{Code: crm.Invalid, Key: "field.money_too_large", Field: "lines"}
	}
	return tx.Change(ctx, ref, map[string]any{"stockQty": qty + m.qty, "stockValue": value})
}
