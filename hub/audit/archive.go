package audit

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/store"
)

const archiveBatch = 2000

// Archive closes the entries of a log from before a moment into a sealed file in dir:
// gzip of one JSON entry a line, and beside it the seal. They leave the database only
// once both are on disk and the chain was found sound. Nothing to close is no error.
func Archive(ctx context.Context, s *store.Store, log trail.Log, before time.Time, dir string) (*trail.Seal, error) {
	report, err := s.VerifyLog(ctx, log)
	if err != nil {
		return nil, err
	}
	if len(report.Faults) > 0 {
		return nil, fmt.Errorf("the %s log is not sound (entry %d: %s): it is left as it is, so that what happened can be found out",
			log, report.Faults[0].Seq, report.Faults[0].What)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	seal, part, err := writeArchive(ctx, s, log, before, dir)
	if err != nil || seal == nil {
		return nil, err
	}
	defer os.Remove(part) // where it was not given its name
	key, err := sealingKey(dir)
	if err != nil {
		return nil, err
	}
	seal.Sign(key)
	if err := os.Rename(part, filepath.Join(dir, seal.File)); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(seal, "", "\t")
	if err != nil {
		return nil, err
	}
	// One that is there is of a close that was cut off: its entries are still in the log.
	beside := filepath.Join(dir, seal.File+".seal")
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := writeDown(beside, text, 0o440); err != nil {
		return nil, err
	}
	return seal, s.CloseLog(ctx, *seal)
}

// writeArchive writes the file under a name of its own and tells what it holds; nil for
// no entry.
func writeArchive(ctx context.Context, s *store.Store, log trail.Log, before time.Time, dir string) (*trail.Seal, string, error) {
	f, err := os.CreateTemp(dir, "."+string(log)+"-*")
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	sum := sha256.New()
	zipped := gzip.NewWriter(io.MultiWriter(f, sum))
	out := json.NewEncoder(zipped)
	seal := &trail.Seal{Log: log, At: time.Now().UnixMilli()}
	last, prev, err := s.Archived(ctx, log)
	if err != nil {
		return nil, "", err
	}
	seal.First, seal.Prev = last+1, prev
	for done := false; !done; {
		entries, err := s.EntriesAfter(ctx, log, last, archiveBatch)
		if err != nil {
			return nil, "", err
		}
		for _, e := range entries {
			if done = e.At >= before.UnixMilli(); done {
				break
			}
			if err := out.Encode(e); err != nil {
				return nil, "", err
			}
			last, seal.Last, seal.Hash = e.Seq, e.Seq, e.Hash
		}
		done = done || len(entries) < archiveBatch
	}
	if seal.Last == 0 {
		return nil, "", os.Remove(f.Name())
	}
	if err := errors.Join(zipped.Close(), f.Sync(), f.Chmod(0o440)); err != nil {
		return nil, "", err
	}
	seal.Sum = hex.EncodeToString(sum.Sum(nil))
	seal.File = fmt.Sprintf("%s-%d-%d.jsonl.gz", log, seal.First, seal.Last)
	return seal, f.Name(), nil
}

// sealingKey is the key of this office's seals, made at the first.
func sealingKey(dir string) (ed25519.PrivateKey, error) {
	path := filepath.Join(dir, "seal.key")
	seed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		seed = make([]byte, ed25519.SeedSize)
		rand.Read(seed)
		err = writeDown(path, seed, 0o400)
	}
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s is no sealing key", path)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func writeDown(path string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// VerifyArchives checks the files a log's old entries were closed into: each is there,
// sealed, and holds the chain from where the one before ends.
func VerifyArchives(ctx context.Context, s *store.Store, log trail.Log, dir string) (faults []string, err error) {
	seals, err := s.LogArchives(ctx, log)
	if err != nil {
		return nil, err
	}
	prev, next := "", int64(1)
	for i := range seals {
		seal := &seals[i]
		switch {
		case !seal.Holds():
			faults = append(faults, seal.File+": the seal is broken")
		case seal.Prev != prev || seal.First != next:
			faults = append(faults, seal.File+": it does not follow the one before")
		}
		if err := verifyFile(filepath.Join(dir, seal.File), seal); err != nil {
			faults = append(faults, seal.File+": "+err.Error())
		}
		prev, next = seal.Hash, seal.Last+1
	}
	return faults, nil
}

func verifyFile(path string, seal *trail.Seal) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("the file is missing")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	unzipped, err := gzip.NewReader(io.TeeReader(f, sum))
	if err != nil {
		return errors.New("the file was changed")
	}
	v := trail.NewVerifier(seal.Log, seal.First-1, seal.Prev)
	in := json.NewDecoder(bufio.NewReader(unzipped))
	for {
		var e trail.Entry
		if err := in.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			return errors.New("the file was changed")
		}
		if !v.Add(e) {
			break
		}
	}
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != seal.Sum || len(v.End(seal.Last, seal.Hash)) > 0 {
		return errors.New("the file was changed")
	}
	return nil
}
