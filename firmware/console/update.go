package console

import (
	"context"
	"strings"

	"bellhop/firmware/boxapi"
)

// updates is what is shown of the updater's status.
type updates struct {
	Running struct {
		Version string `json:"version"`
	} `json:"running"`
	Slot   string `json:"slot"`
	Trying bool   `json:"trying"`
}

// update shows the version and changes it.
func (m *menu) update(ctx context.Context) error {
	if ok, err := m.askUpdate(ctx, boxapi.Update{}); !ok {
		return err
	}
	return m.pick(ctx,
		option{"Install an update from a file", m.install},
		option{"Start into the version that was written", m.try},
		option{"Go back to the version before", m.rollBack},
	)
}

// askUpdate shows the version that runs.
func (m *menu) askUpdate(ctx context.Context, u boxapi.Update) (bool, error) {
	var v updates
	if ok, err := m.ask(ctx, "update", u, &v); !ok {
		return false, err
	}
	trial := ""
	if v.Trying {
		trial = ", on trial"
	}
	return true, m.t.print("\n%-11s %s, slot %s%s\n", "Running", v.Running.Version, v.Slot, trial)
}

func (m *menu) install(ctx context.Context) error {
	file, err := m.t.askLong("File, like /media/usb/bellhop.update: ")
	if err != nil {
		return err
	}
	if err := m.t.print("\nChecking and writing; this takes some minutes.\n"); err != nil {
		return err
	}
	if ok, err := m.askUpdate(ctx, boxapi.Update{File: strings.TrimSpace(file)}); !ok {
		return err
	}
	m.did("update written: " + file)
	return m.t.print("\nIt is written and checked. Start into it under 9; if it does not work, the box\ngoes back by itself.\n")
}

func (m *menu) try(ctx context.Context) error {
	ok, err := m.t.confirm("\nThe box restarts into the version that was written.")
	if err != nil || !ok {
		return err
	}
	m.did("update tried")
	_, err = m.askUpdate(ctx, boxapi.Update{Try: true})
	return err
}

func (m *menu) rollBack(ctx context.Context) error {
	ok, err := m.t.confirm("\nThe version before becomes the one to try. The data stay.")
	if err != nil || !ok {
		return err
	}
	if ok, err := m.askUpdate(ctx, boxapi.Update{Back: true}); !ok {
		return err
	}
	m.did("version before chosen")
	return m.try(ctx)
}
