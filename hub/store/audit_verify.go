package store

import (
	"context"

	"bellhop/hub/audit/trail"
)

// LogReport is what checking one log found.
type LogReport struct {
	Log     trail.Log     `json:"log"`
	Entries int64         `json:"entries"`            // that were read
	Head    int64         `json:"head"`               // the number of the last one written
	Hash    string        `json:"hash"`               // and its hash: noted elsewhere it shows a log that was written anew
	Closed  int64         `json:"archived,omitempty"` // the first so many are in archive files
	Faults  []trail.Fault `json:"faults"`
}

const verifyBatch = 2000

// VerifyLog reads a log from where its archive files end and tells whether every entry is as it was
// written, where it was written. Other processes may write meanwhile.
func (s *Store) VerifyLog(ctx context.Context, log trail.Log) (LogReport, error) {
	report := LogReport{Log: log}
	last, prev, err := s.Archived(ctx, log)
	if err != nil {
		return report, err
	}
	report.Closed = last
	v, goOn := trail.NewVerifier(log, last, prev), true
	for goOn {
		entries, err := s.EntriesAfter(ctx, log, last, verifyBatch)
		if err != nil {
			return report, err
		}
		for _, e := range entries {
			if last = e.Seq; !v.Add(e) {
				goOn = false
				break
			}
		}
		if len(entries) == verifyBatch {
			continue
		}
		// The head is read after the entries: those written since are read too.
		if report.Head, report.Hash, err = s.LogHead(ctx, log); err != nil {
			return report, err
		}
		if report.Head <= last || len(entries) == 0 {
			goOn = false
		}
	}
	report.Faults = v.End(report.Head, report.Hash)
	report.Entries = v.Seen()
	return report, nil
}
