package store

import "context"

// Upkeep lets the engine refresh what its planner knows of the tables. It is quick
// where nothing has changed much; call it at the start and now and then.
func (s *Store) Upkeep(ctx context.Context) error {
	statement := s.engine.upkeep()
	if statement == "" {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := s.writer.ExecContext(ctx, statement)
	return err
}

// ForLoading makes writing very many records quick and a power cut costly: for a
// database that can be made again. Reopen it when it is full.
func (s *Store) ForLoading(ctx context.Context) error {
	statement := s.engine.forLoading()
	if statement == "" {
		return nil
	}
	_, err := s.writer.ExecContext(ctx, statement)
	return err
}
