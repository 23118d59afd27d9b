package field

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The language of formulas:
//
//	1.5  "text"  amount  lines.qty (inside sum, count, avg, min, max)
//	a + b  a - b  a * b  a / b  -a      numbers; a day plus or minus days, day - day
//	a & b                               texts one after the other
//	a = b  a <> b  a < b  a <= b  a > b  a >= b   (== and != too)
//	a and b  a or b  not(a)
//	if(cond, then, else)  round(x, places)  floor(x)  ceil(x)  abs(x)  min(a, …)  max(a, …)
//	sum(x)  avg(x)  count(lines)        over the lines x reads
//	today()  year(d)  month(d)  day(d)  days(a, b)  months(a, b)  years(a, b)  date(y, m, d)
//	empty(x)  text(x)  text(x, places)  len(x)  left(x, n)  right(x, n)
//
// Empty counts as 0 with + - * and as "" with &; a division by 0 or by empty is empty.
type node struct {
	kind  byte // 'n' number, 's' text, 'b' bool, 'f' field, 'l' field of lines, 'o' operator, 'c' call
	name  string
	value any
	args  []node
}

const (
	maxFormula = 1000 // characters
	maxNodes   = 400
	maxNesting = 40
)

// arity of each function: least and most arguments, -1 for any number.
var arity = map[string][2]int{
	"if": {2, 3}, "round": {1, 2}, "floor": {1, 1}, "ceil": {1, 1}, "abs": {1, 1}, "min": {1, -1}, "max": {1, -1},
	"sum": {1, 1}, "avg": {1, 1}, "count": {1, 1}, "today": {0, 0}, "year": {1, 1}, "month": {1, 1}, "day": {1, 1},
	"days": {2, 2}, "months": {2, 2}, "years": {2, 2}, "date": {3, 3}, "empty": {1, 1}, "text": {1, 2}, "len": {1, 1},
	"left": {2, 2}, "right": {2, 2}, "not": {1, 1}, "and": {1, -1}, "or": {1, -1},
}

// aggregates run over lines.
var aggregates = []string{"sum", "avg", "count", "min", "max"}

// ParseFormula reads a formula. Its errors say where and what is wrong.
func ParseFormula(text string) (*Program, error) {
	if utf8.RuneCountInString(text) > maxFormula {
		return nil, &Error{Key: "field.too_long", Args: map[string]string{"max": strconv.Itoa(maxFormula)}}
	}
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, program: &Program{}}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.at().kind != 0 {
		return nil, p.unexpected()
	}
	if err := p.linesOutside(root, false); err != nil {
		return nil, err
	}
	p.program.root = root
	return p.program, nil
}

type token struct {
	kind byte // 'n', 's', 'i' name, 'o' operator or bracket, 0 the end
	text string
	pos  int // in characters, from 1
}

func badFormula(pos int, text string) *Error {
	if text == "" {
		return &Error{Key: "field.formula_ends", Args: map[string]string{}}
	}
	return &Error{Key: "field.bad_formula", Args: map[string]string{"pos": strconv.Itoa(pos), "text": text}}
}

func tokenize(text string) (tokens []token, err error) {
	runes := []rune(strings.NewReplacer("（", "(", "）", ")", "，", ",", "“", `"`, "”", `"`, "×", "*", "÷", "/", "＋", "+", "－", "-", "＝", "=", "≥", ">=", "≤", "<=", "≠", "<>").Replace(text))
	for i := 0; i < len(runes); {
		r := runes[i]
		start := i
		switch {
		case unicode.IsSpace(r):
			i++
			continue
		case r >= '0' && r <= '9' || r == '.' && i+1 < len(runes) && runes[i+1] >= '0' && runes[i+1] <= '9':
			for i < len(runes) && (runes[i] >= '0' && runes[i] <= '9' || runes[i] == '.') {
				i++
			}
			tokens = append(tokens, token{'n', string(runes[start:i]), start + 1})
		case r == '"':
			for i++; i < len(runes) && runes[i] != '"'; i++ {
			}
			if i == len(runes) {
				return nil, badFormula(start+1, string(runes[start:min(start+10, len(runes))]))
			}
			i++
			tokens = append(tokens, token{'s', string(runes[start+1 : i-1]), start + 1})
		case r == '_' || r < unicode.MaxASCII && unicode.IsLetter(r):
			for i < len(runes) && (runes[i] == '_' || runes[i] == '.' || runes[i] < unicode.MaxASCII && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))) {
				i++
			}
			tokens = append(tokens, token{'i', string(runes[start:i]), start + 1})
		default:
			n := 1
			if i+1 < len(runes) && slices.Contains([]string{"<=", ">=", "<>", "!=", "=="}, string(runes[i:i+2])) {
				n = 2
			}
			op := string(runes[i : i+n])
			if n == 1 && !strings.ContainsRune("+-*/&=<>(),", r) {
				return nil, badFormula(i+1, op)
			}
			tokens = append(tokens, token{'o', op, i + 1})
			i += n
		}
	}
	return append(tokens, token{pos: len(runes) + 1}), nil
}

type parser struct {
	tokens  []token
	next    int
	nodes   int
	program *Program
}

func (p *parser) at() token         { return p.tokens[p.next] }
func (p *parser) unexpected() error { return badFormula(p.at().pos, p.at().text) }

func (p *parser) is(kind byte, texts ...string) bool {
	t := p.at()
	return t.kind == kind && slices.Contains(texts, strings.ToLower(t.text))
}

func (p *parser) made(n node) (node, error) {
	p.nodes++
	if p.nodes > maxNodes {
		return n, &Error{Key: "field.formula_large"}
	}
	return n, nil
}

// binary reads operands joined by operators of one rank.
func (p *parser) binary(depth int, operand func(int) (node, error), kind byte, ops ...string) (node, error) {
	left, err := operand(depth)
	for err == nil && p.is(kind, ops...) {
		op := strings.ToLower(p.at().text)
		p.next++
		var right node
		if right, err = operand(depth); err == nil {
			left, err = p.made(node{kind: 'o', name: op, args: []node{left, right}})
		}
	}
	return left, err
}

func (p *parser) or(depth int) (node, error) {
	if depth > maxNesting {
		return node{}, &Error{Key: "field.formula_large"}
	}
	return p.binary(depth, p.and, 'i', "or")
}

func (p *parser) and(depth int) (node, error) { return p.binary(depth, p.compare, 'i', "and") }

func (p *parser) compare(depth int) (node, error) {
	return p.binary(depth, p.join, 'o', "=", "==", "<>", "!=", "<", "<=", ">", ">=")
}

func (p *parser) join(depth int) (node, error) { return p.binary(depth, p.sum, 'o', "&") }
func (p *parser) sum(depth int) (node, error)  { return p.binary(depth, p.term, 'o', "+", "-") }
func (p *parser) term(depth int) (node, error) { return p.binary(depth, p.unary, 'o', "*", "/") }
func (p *parser) unary(depth int) (node, error) {
	if !p.is('o', "-") {
		return p.primary(depth)
	}
	if depth > maxNesting {
		return node{}, &Error{Key: "field.formula_large"}
	}
	p.next++
	of, err := p.unary(depth + 1)
	if err != nil {
		return of, err
	}
	return p.made(node{kind: 'c', name: "neg", args: []node{of}})
}

func (p *parser) primary(depth int) (node, error) {
	t := p.at()
	switch {
	case t.kind == 'n':
		n, ok := new(big.Rat).SetString(t.text)
		if !ok {
			return node{}, p.unexpected()
		}
		p.next++
		v := new(big.Int).Mul(n.Num(), scaleUnit)
		v = divide(v, n.Denom())
		if v.CmpAbs(numberLimit) > 0 {
			return node{}, badFormula(t.pos, t.text)
		}
		return p.made(node{kind: 'n', value: v})
	case t.kind == 's':
		p.next++
		return p.made(node{kind: 's', value: t.text})
	case p.is('o', "("):
		p.next++
		n, err := p.or(depth + 1)
		if err == nil {
			err = p.expect(")")
		}
		return n, err
	case t.kind == 'i':
		p.next++
		if p.is('o', "(") {
			return p.call(t, depth)
		}
		return p.name(t)
	}
	return node{}, p.unexpected()
}

func (p *parser) expect(text string) error {
	if !p.is('o', text) {
		return p.unexpected()
	}
	p.next++
	return nil
}

func (p *parser) name(t token) (node, error) {
	switch strings.ToLower(t.text) {
	case "true", "false":
		return p.made(node{kind: 'b', value: strings.EqualFold(t.text, "true")})
	case "and", "or", "not":
		return node{}, badFormula(t.pos, t.text)
	}
	if strings.Contains(t.text, ".") {
		if strings.Count(t.text, ".") > 1 || strings.HasSuffix(t.text, ".") {
			return node{}, badFormula(t.pos, t.text)
		}
		note(&p.program.LineRefs, t.text)
		return p.made(node{kind: 'l', name: t.text})
	}
	note(&p.program.refs, t.text)
	return p.made(node{kind: 'f', name: t.text})
}

func note(list *[]string, s string) {
	if !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

func (p *parser) call(t token, depth int) (node, error) {
	name := strings.ToLower(t.text)
	bounds, known := arity[name]
	if !known {
		return node{}, badFormula(t.pos, t.text)
	}
	p.next++ // the bracket
	n := node{kind: 'c', name: name}
	if name == "count" && p.at().kind == 'i' && !strings.Contains(p.at().text, ".") {
		// count(lines) names the lines themselves.
		lines := p.at().text
		p.next++
		note(&p.program.LineRefs, lines)
		n.args = []node{{kind: 'l', name: lines}}
	} else if !p.is('o', ")") {
		for {
			arg, err := p.or(depth + 1)
			if err != nil {
				return n, err
			}
			n.args = append(n.args, arg)
			if !p.is('o', ",") {
				break
			}
			p.next++
		}
	}
	if err := p.expect(")"); err != nil {
		return n, err
	}
	if len(n.args) < bounds[0] || bounds[1] >= 0 && len(n.args) > bounds[1] {
		return n, &Error{Key: "field.formula_arguments", Args: map[string]string{"name": name}}
	}
	if name == "today" {
		p.program.Live = true
	}
	return p.made(n)
}

// linesOutside refuses a field of lines where no function runs over the lines, and one
// run over several tables at once.
func (p *parser) linesOutside(n node, inside bool) error {
	if n.kind == 'l' && !inside {
		return &Error{Key: "field.formula_lines", Args: map[string]string{"name": n.name}}
	}
	over := n.kind == 'c' && slices.Contains(aggregates, n.name) && len(n.args) == 1
	if table, several := tableOf(n); over && several || (n.name == "sum" || n.name == "avg" || n.name == "count") && n.kind == 'c' && (table == "" || inside) {
		return &Error{Key: "field.formula_lines", Args: map[string]string{"name": n.name}}
	}
	for _, arg := range n.args {
		if err := p.linesOutside(arg, inside || over); err != nil {
			return err
		}
	}
	return nil
}

// tableOf is the lines field that n reads.
func tableOf(n node) (table string, several bool) {
	if n.kind == 'l' {
		table, _, _ = strings.Cut(n.name, ".")
		return table, false
	}
	for _, arg := range n.args {
		t, more := tableOf(arg)
		if more || t != "" && table != "" && t != table {
			return table, true
		}
		if t != "" {
			table = t
		}
	}
	return table, false
}
