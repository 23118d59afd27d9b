package telephony

import (
	"context"
	"io"
)

// The recordings as files, for those who look after them rather than listen. A box of "" is
// the only one there is.

// OpenSound opens a recording, or its peaks; one that is lost is fs.ErrNotExist.
func (s *Service) OpenSound(ctx context.Context, box, file string) (io.ReadCloser, error) {
	client, err := s.boxNamed(box)
	if err != nil {
		return nil, err
	}
	return client.OpenSound(ctx, file)
}

// HasSound tells whether a box has a recording.
func (s *Service) HasSound(ctx context.Context, box, file string) (bool, error) {
	client, err := s.boxNamed(box)
	if err != nil {
		return false, err
	}
	return client.HasSound(ctx, file)
}

// PutSound gives a box a recording out of a backup.
func (s *Service) PutSound(ctx context.Context, box, file string, content io.Reader) error {
	client, err := s.boxNamed(box)
	if err != nil {
		return err
	}
	return client.PutSound(ctx, file, content)
}

// DeleteSound removes a recording from its box.
func (s *Service) DeleteSound(ctx context.Context, box, file string) error {
	client, err := s.boxNamed(box)
	if err != nil {
		return err
	}
	return client.DeleteSound(ctx, file)
}
