package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// After a restore the box may lack recordings that the restored office has. They are put
// back while everybody works again, the box is asked for each, and a power cut only means
// that it is asked once more.

func hasRestock(dir string) bool { return exists(filepath.Join(dir, restockFile)) }

func (s *Service) restock(ctx context.Context, run *Run) error {
	plan, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	for _, from := range []struct {
		target *Target
		id     string
	}{{plan.Target, plan.Repository}, {plan.Other, plan.OtherRepository}} {
		if from.target == nil || from.id == "" {
			continue
		}
		run.Target = from.target.Words()
		if err := s.restockFrom(ctx, run, s.at(plan, from.target), from.id); err != nil {
			return err
		}
	}
	return os.Remove(filepath.Join(s.dir, restockFile))
}

const restockBatch = 200

func (s *Service) restockFrom(ctx context.Context, run *Run, r *repository, id string) error {
	n, err := s.Store.CountCopies(ctx, id)
	if err != nil || n == 0 {
		return err
	}
	seen, snapshot, after := 0, "", int64(0)
	for {
		list, err := s.Store.Copies(ctx, id, snapshot, crm.ID(after), restockBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		var batch []store.SoundCopy
		for _, c := range list {
			if len(batch) > 0 && batch[0].Snapshot != c.Snapshot {
				break // one snapshot at a time
			}
			snapshot, after = c.Snapshot, int64(c.Call)
			batch = append(batch, c)
		}
		if err := s.putBack(ctx, run, r, batch); err != nil {
			return err
		}
		seen += len(batch)
		s.step("restock", float64(seen)/float64(n))
	}
}

// putBack gives the box those of a batch that it lacks.
func (s *Service) putBack(ctx context.Context, run *Run, r *repository, batch []store.SoundCopy) error {
	var lacking []store.SoundCopy
	var paths []string
	for _, c := range batch {
		has, err := s.Sounds.HasSound(ctx, "", c.File)
		if err != nil {
			return err
		}
		if !has {
			lacking = append(lacking, c)
			paths = append(paths, "/"+soundTag+"/"+c.File, "/"+soundTag+"/"+c.File+".peaks")
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	dir := filepath.Join(s.dir, "restock")
	defer os.RemoveAll(dir)
	if err := r.restore(ctx, lacking[0].Snapshot, dir, paths...); err != nil {
		return err
	}
	for _, c := range lacking {
		path := filepath.Join(dir, soundTag, c.File)
		if hash, err := hashOf(path); err != nil || hash != c.Hash {
			run.Lost = append(run.Lost, c.File)
			continue
		}
		// The sound last: while it is missing the pair is asked for again.
		for _, p := range []string{".peaks", ""} {
			if err := s.putFile(ctx, path+p, c.File+p); err != nil {
				return err
			}
		}
		run.Recordings++
	}
	return nil
}

func (s *Service) putFile(ctx context.Context, path, name string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return s.Sounds.PutSound(ctx, "", name, f)
}
