package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// decodeJSON keeps numbers as they were written: a float64 would bend large ones.
func decodeJSON(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// whoever is the user who did something, nil while nobody has.
func whoever(id crm.ID, name string) *field.Person {
	if id == 0 {
		return nil
	}
	return &field.Person{ID: int64(id), Name: name}
}

// answerWith sends what a call of another part returned, or its refusal.
func answerWith[T any](c *fiber.Ctx) func(T, error) error {
	return func(v T, err error) error {
		if err != nil {
			return err
		}
		return c.JSON(v)
	}
}
