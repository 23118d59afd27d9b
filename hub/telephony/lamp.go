package telephony

import (
	"context"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/crm"
)

// ShowBackup tells the boxes' lamps whether the last backup failed.
func (s *Service) ShowBackup(failed bool) {
	if s.backupFailed.Swap(failed) == failed {
		return
	}
	for _, b := range s.boxes {
		b.showBackup()
	}
}

// showBackup brings the box's lamp in step, beside everything else. A box that is away
// is told when it comes back.
func (b *box) showBackup() {
	b.mu.Lock()
	connected := b.connected
	b.mu.Unlock()
	if !connected {
		return
	}
	s := b.service
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		shown := boxapi.ShowBackup{Failed: s.backupFailed.Load()}
		result, err := b.client.Do(ctx, boxapi.Command{ID: "lamp-" + crm.NewID().String(), ShowBackup: &shown})
		if err != nil || result.Error != "" {
			s.log.Warn("box does not show how backups stand", "err", err, "result", result.Error)
		}
	})
}
