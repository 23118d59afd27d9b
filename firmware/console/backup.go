package console

import (
	"context"
	"strings"

	"bellhop/firmware/boxapi"
)

// backup has the hub make a backup, or bring one back.
func (m *menu) backup(ctx context.Context) error {
	return m.pick(ctx,
		option{"Make a backup now", func(ctx context.Context) error {
			return m.askBackup(ctx, boxapi.Backup{Do: "now"}, "backup made")
		}},
		option{"List the backups", func(ctx context.Context) error { return m.askBackup(ctx, boxapi.Backup{Do: "list"}, "") }},
		option{"Restore a backup", m.restore},
		option{"Take the last restore back", m.undoRestore},
	)
}

// askBackup waits for the hub's program and shows what it says.
func (m *menu) askBackup(ctx context.Context, b boxapi.Backup, did string) error {
	if err := m.t.print("\nThis may take some minutes.\n"); err != nil {
		return err
	}
	var answer boxapi.BackupAnswer
	if ok, err := m.ask(ctx, "backup", b, &answer); !ok {
		return err
	}
	if did != "" {
		m.did(did)
	}
	return m.page(answer.Text)
}

// restore takes the target that is set up, or on a new box the code of the sheet.
func (m *menu) restore(ctx context.Context) error {
	b := boxapi.Backup{Do: "restore"}
	for _, question := range []struct {
		text string
		into *string
	}{
		{"Code of the recovery sheet (Enter for the target set up here): ", &b.Sheet},
		{"Which backup, by its name in the list (Enter for the latest): ", &b.Snapshot},
		{"Fingerprint of an SSH server (Enter for none): ", &b.HostKey},
	} {
		answer, err := m.t.askLong(question.text)
		if err != nil {
			return err
		}
		*question.into = strings.TrimSpace(answer)
	}
	ok, err := m.t.confirm("\nThe backup takes the place of what is on this box. The present state is kept and\ncan be taken back.")
	if err != nil || !ok {
		return err
	}
	return m.askBackup(ctx, b, "backup restored")
}

func (m *menu) undoRestore(ctx context.Context) error {
	ok, err := m.t.confirm("\nThe state before the last restore comes back.")
	if err != nil || !ok {
		return err
	}
	return m.askBackup(ctx, boxapi.Backup{Do: "undo"}, "restore taken back")
}
