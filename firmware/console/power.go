package console

import (
	"context"

	"bellhop/firmware/boxapi"
)

// power restarts the telephone part or the box, or switches it off.
func (m *menu) power(ctx context.Context) error {
	return m.pick(ctx,
		option{"Restart the telephone part", m.restart},
		option{"Restart the box", func(ctx context.Context) error { return m.switchBox(ctx, "reboot", "restarts the whole box") }},
		option{"Switch the box off", func(ctx context.Context) error { return m.switchBox(ctx, "off", "switches the box off") }},
	)
}

// restart ends the firmware, which is started again by whoever started it.
func (m *menu) restart(context.Context) error {
	if m.cfg.Restart == nil {
		return m.t.print("\nThis box cannot restart itself; switch it off and on.\n")
	}
	ok, err := m.t.confirm("\nThis restarts the telephone part of the box. A call in progress goes on, but its\nrecording ends here.")
	if err != nil || !ok {
		return err
	}
	m.did("telephone part restarted")
	if err := m.t.print("\nRestarting. Open the console again in a few seconds.\n"); err != nil {
		return err
	}
	m.cfg.Restart()
	return nil
}

func (m *menu) switchBox(ctx context.Context, do, words string) error {
	ok, err := m.t.confirm("\nThis " + words + ". Nobody can work with it until it is back.")
	if err != nil || !ok {
		return err
	}
	m.did("power: " + do)
	if ok, err := m.ask(ctx, "power", map[string]string{"do": do}, &struct{}{}); !ok {
		return err
	}
	return m.t.print("\nGood-bye.\n")
}

// factoryReset erases everything after two confirmations.
func (m *menu) factoryReset(ctx context.Context) error {
	ok, err := m.t.confirm("\nThis erases EVERYTHING on this box: customers, calls, recordings, settings, users.\nBackups on other machines and disks stay. Make one first under 8.")
	if err != nil || !ok {
		return err
	}
	word, err := m.t.ask("\nType " + boxapi.ResetWord + " in capitals to erase everything now: ")
	if err != nil {
		return err
	}
	if word != boxapi.ResetWord {
		return m.t.print("Nothing was changed.\n")
	}
	m.did("factory reset")
	if ok, err := m.ask(ctx, "reset", map[string]string{"confirm": word}, &struct{}{}); !ok {
		return err
	}
	return m.t.print("\nThe box restarts and erases everything. The first page is back in a minute or two.\n")
}
