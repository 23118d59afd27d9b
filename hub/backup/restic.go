package backup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// repository is the encrypted store of backups at a target. restic keeps it; rclone
// carries where restic itself doesn't speak a target's language.
type repository struct {
	target  *Target
	dir     string // the plan's folder: cache, temporary files
	keyFile string // the repository's password
	sshKey  string
}

// Snapshot is one backup in a repository.
type Snapshot struct {
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	Tags []string  `json:"tags"`
	Host string    `json:"hostname"`
}

// program prepares restic. What must stay secret goes by environment.
func (r *repository) program(ctx context.Context, dir string, args ...string) (*exec.Cmd, error) {
	environment, err := r.target.environment(ctx, r.dir, r.sshKey)
	if err != nil {
		return nil, err
	}
	tmp := filepath.Join(r.dir, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "restic", append(r.target.options(), args...)...)
	cmd.Dir = dir
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "TMPDIR=" + tmp, "LANG=C.UTF-8",
		"RESTIC_CACHE_DIR=" + filepath.Join(r.dir, "cache"), "RESTIC_PASSWORD_FILE=" + r.keyFile, "RESTIC_PROGRESS_FPS=2",
		"RCLONE_CONFIG=" + filepath.Join(r.dir, "none.conf"), "RCLONE_CONTIMEOUT=15s", "RCLONE_LOW_LEVEL_RETRIES=3", "RCLONE_RETRIES=1",
		"GOGC=20", // the box has little memory and the night is long
	}, environment...)
	// Asked to stop, it takes its lock away; killed, it would leave it.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 20 * time.Second
	return cmd, nil
}

// run runs restic in dir and hands each line it prints to line, which may be nil.
func (r *repository) run(ctx context.Context, dir string, line func([]byte), args ...string) error {
	cmd, err := r.program(ctx, dir, args...)
	if err != nil {
		return err
	}
	return r.watch(ctx, cmd, line)
}

func (r *repository) watch(ctx context.Context, cmd *exec.Cmd, line func([]byte)) error {
	out, in := io.Pipe()
	errs := &tail{}
	cmd.Stdout, cmd.Stderr = in, errs
	var reading sync.WaitGroup
	reading.Go(func() {
		lines := bufio.NewReaderSize(out, 64<<10)
		for {
			text, err := lines.ReadBytes('\n')
			if line != nil && len(bytes.TrimSpace(text)) > 0 {
				line(text)
			}
			if err != nil {
				return
			}
		}
	})
	err := gently(cmd)
	in.Close()
	reading.Wait()
	if ctx.Err() != nil {
		err = errors.Join(err, ctx.Err())
	}
	return explained(err, r.without(errs.String()))
}

// gently runs a program so that the telephone goes first.
func gently(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, 10)
	return cmd.Wait()
}

// without takes secrets out of a text.
func (r *repository) without(text string) string {
	if r.target.Secret != "" {
		text = strings.ReplaceAll(text, r.target.Secret, "•••")
	}
	if key, err := os.ReadFile(r.keyFile); err == nil && len(bytes.TrimSpace(key)) > 0 {
		text = strings.ReplaceAll(text, string(bytes.TrimSpace(key)), "•••")
	}
	return text
}

// tail keeps the end of what a program complains about.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text) - 8<<10; n > 0 {
		t.text = t.text[n:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// id is the repository's own name; it is another once the repository is made anew.
func (r *repository) id(ctx context.Context) (string, error) {
	var out bytes.Buffer
	err := r.run(ctx, r.dir, func(line []byte) { out.Write(line) }, "cat", "config", "--no-lock")
	if err != nil {
		return "", err
	}
	var config struct{ ID string }
	if err := json.Unmarshal(out.Bytes(), &config); err != nil || config.ID == "" {
		return "", explained(errors.New("the repository's settings are unreadable"), out.String())
	}
	return config.ID, nil
}

// open answers the repository's ID, making it when there is none and fresh allows that.
func (r *repository) open(ctx context.Context, fresh bool) (string, error) {
	id, err := r.id(ctx)
	if !fresh || !Is(err, "no_repository") {
		return id, err
	}
	if r.target.Kind == Disk {
		if err := os.MkdirAll(r.target.Folder, 0o700); err != nil {
			return "", explained(err, err.Error())
		}
	}
	if err := r.run(ctx, r.dir, nil, "init"); err != nil {
		return "", err
	}
	return r.id(ctx)
}

// summary is what restic tells of a backup made.
type summary struct {
	Snapshot string `json:"snapshot_id"`
	Files    int    `json:"total_files_processed"`
	Bytes    int64  `json:"total_bytes_processed"`
	Added    int64  `json:"data_added"`
}

// backup keeps what, named from dir, under tag.
func (r *repository) backup(ctx context.Context, dir, tag string, done func(float64), what ...string) (*summary, error) {
	made := &summary{}
	args := append([]string{"backup", "--json", "--host", "bellhop", "--tag", tag, "--"}, what...)
	line := func(line []byte) {
		var m struct {
			Type string  `json:"message_type"`
			Part float64 `json:"percent_done"`
			summary
		}
		if json.Unmarshal(line, &m) != nil {
			return
		}
		switch m.Type {
		case "status":
			done(m.Part)
		case "summary":
			*made = m.summary
		}
	}
	err := r.unlocked(ctx, func() error { return r.run(ctx, dir, line, args...) })
	if err == nil && made.Snapshot == "" {
		err = explained(errors.New("restic made no snapshot"), "")
	}
	return made, err
}

// snapshots lists those with a tag, the newest first.
func (r *repository) snapshots(ctx context.Context, tag string) ([]Snapshot, error) {
	var out bytes.Buffer
	if err := r.run(ctx, r.dir, func(line []byte) { out.Write(line) }, "snapshots", "--json", "--no-lock", "--tag", tag); err != nil {
		return nil, err
	}
	var list []Snapshot
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		return nil, explained(err, "")
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list, nil
}

// restore brings a snapshot, or only what include names, back below dir.
func (r *repository) restore(ctx context.Context, snapshot, dir string, include ...string) error {
	args := []string{"restore", snapshot, "--no-lock", "--target", dir}
	for _, path := range include {
		args = append(args, "--include", path)
	}
	return r.run(ctx, r.dir, nil, args...)
}

// dump reads one file of a snapshot.
func (r *repository) dump(ctx context.Context, snapshot, path string) ([]byte, error) {
	var out bytes.Buffer
	err := r.run(ctx, r.dir, func(line []byte) { out.Write(line) }, "dump", "--no-lock", snapshot, path)
	return out.Bytes(), err
}

// forget drops all but the newest keep snapshots of a tag.
func (r *repository) forget(ctx context.Context, tag string, keep string) error {
	return r.unlocked(ctx, func() error {
		return r.run(ctx, r.dir, nil, "forget", "--tag", tag, "--group-by", "tags", "--keep-last", keep, "--prune")
	})
}

// check reads the repository's index, and a part of what it keeps, as "2%".
func (r *repository) check(ctx context.Context, part string) error {
	args := []string{"check"}
	if part != "" {
		args = append(args, "--read-data-subset="+part)
	}
	return r.run(ctx, r.dir, nil, args...)
}

// unlocked does something again that found a lock, once locks whose programs are gone are
// taken away: a power cut leaves one.
func (r *repository) unlocked(ctx context.Context, do func() error) error {
	err := do()
	if !Is(err, "busy") {
		return err
	}
	if err := r.run(ctx, r.dir, nil, "unlock"); err != nil {
		return err
	}
	return do()
}
