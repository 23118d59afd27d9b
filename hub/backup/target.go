package backup

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"bellhop/hub/crm"
)

// Kind is how a target is reached.
type Kind string

const (
	Disk   Kind = "disk" // a mounted disk, such as one on USB
	SFTP   Kind = "sftp"
	SMB    Kind = "smb" // a Windows share or NAS
	WebDAV Kind = "webdav"
	S3     Kind = "s3"
	Box    Kind = "box" // another box, or any restic REST server; it may be append-only
)

// Kinds are all of them, in the order pages offer them.
var Kinds = []Kind{Disk, SMB, SFTP, Box, WebDAV, S3}

// Target is a place off this machine. It is kept in the plan's file and nowhere else,
// for it holds the login.
type Target struct {
	Kind   Kind   `json:"kind"`
	Host   string `json:"host,omitempty"`   // sftp, smb
	Port   int    `json:"port,omitempty"`   // 0 for the usual one
	Share  string `json:"share,omitempty"`  // smb
	URL    string `json:"url,omitempty"`    // webdav, box; s3: of the service
	Bucket string `json:"bucket,omitempty"` // s3
	Region string `json:"region,omitempty"` // s3
	Folder string `json:"folder"`           // disk: whole; others: below their root
	User   string `json:"user,omitempty"`   // s3: the access key's ID
	Domain string `json:"domain,omitempty"` // smb

	Secret  string `json:"secret,omitempty"`  // password of User, or the secret access key
	UseKey  bool   `json:"useKey,omitempty"`  // sftp: log in with the box's own key
	HostKey string `json:"hostKey,omitempty"` // sftp: what the server proved to be when it was set up
}

func invalid(field, key string) error {
	return &crm.Error{Code: crm.Invalid, Key: "backup." + key, Field: field}
}

var (
	hostName   = regexp.MustCompile(`^[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?$`)
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

// Check says what is missing or malformed, by field.
func (t *Target) Check() error {
	for _, s := range []string{t.Host, t.Share, t.URL, t.Bucket, t.Region, t.Folder, t.User, t.Domain, t.Secret} {
		if len(s) > 500 || strings.ContainsAny(s, "\r\n\x00") {
			return invalid("folder", "bad_text")
		}
	}
	if t.Port < 0 || t.Port > 65535 {
		return invalid("port", "bad_port")
	}
	if t.Kind != Disk {
		t.Folder = strings.Trim(path.Clean("/"+strings.ReplaceAll(t.Folder, `\`, "/")), "/")
	}
	switch t.Kind {
	case Disk:
		t.Folder = filepath.Clean(t.Folder)
		if !filepath.IsAbs(t.Folder) || t.Folder == "/" {
			return invalid("folder", "bad_folder")
		}
		return nil
	case SFTP, SMB:
		if !hostName.MatchString(t.Host) && net.ParseIP(t.Host) == nil {
			return invalid("host", "bad_host")
		}
		if t.Kind == SMB && (t.Share == "" || strings.ContainsAny(t.Share, `/\:*?"<>|`)) {
			return invalid("share", "bad_share")
		}
		if t.Kind == SFTP && t.User == "" {
			return invalid("user", "user_needed")
		}
		if t.Kind == SFTP && !t.UseKey && t.Secret == "" {
			return invalid("secret", "secret_needed")
		}
		return nil
	case WebDAV, Box, S3:
		u, err := url.Parse(t.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
			return invalid("url", "bad_url")
		}
		if t.Kind != S3 {
			return nil
		}
		if !bucketName.MatchString(t.Bucket) {
			return invalid("bucket", "bad_bucket")
		}
		if t.User == "" {
			return invalid("user", "user_needed")
		}
		if t.Secret == "" {
			return invalid("secret", "secret_needed")
		}
		return nil
	}
	return invalid("kind", "bad_kind")
}

// Words is the target as people write it, without secrets.
func (t *Target) Words() string {
	switch t.Kind {
	case Disk:
		return t.Folder
	case SFTP:
		return "sftp://" + t.User + "@" + t.address("22") + "/" + t.Folder
	case SMB:
		return `\\` + t.address("445") + `\` + strings.TrimSuffix(t.Share+`\`+strings.ReplaceAll(t.Folder, "/", `\`), `\`)
	case S3:
		return "s3:" + strings.TrimSuffix(t.URL, "/") + "/" + path.Join(t.Bucket, t.Folder)
	}
	return strings.TrimSuffix(strings.TrimSuffix(t.URL, "/")+"/"+t.Folder, "/")
}

func (t *Target) address(usual string) string {
	if t.Port == 0 || strconv.Itoa(t.Port) == usual {
		return t.Host
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// remote is the target's name among rclone's.
const remote = "bellhop"

// environment is how restic, and rclone below it, are told the target: none of it stands
// on a command line, where other users of the machine could read it.
func (t *Target) environment(ctx context.Context, dir, key string) ([]string, error) {
	var env []string
	repository := ""
	rclone := func(kind, where string, options map[string]string) {
		repository = "rclone:" + remote + ":" + where
		options["type"] = kind
		for name, value := range options {
			if value != "" {
				env = append(env, "RCLONE_CONFIG_BELLHOP_"+strings.ToUpper(name)+"="+value)
			}
		}
	}
	port := ""
	if t.Port > 0 {
		port = strconv.Itoa(t.Port)
	}
	hidden, err := "", error(nil)
	if t.Secret != "" && slices.Contains([]Kind{SFTP, SMB, WebDAV}, t.Kind) {
		if hidden, err = obscure(ctx, t.Secret); err != nil {
			return nil, err
		}
	}
	switch t.Kind {
	case Disk:
		repository = t.Folder
	case SFTP:
		known := filepath.Join(dir, "known_hosts")
		if err := os.WriteFile(known, []byte(t.HostKey+"\n"), 0o600); err != nil {
			return nil, err
		}
		options := map[string]string{"host": t.Host, "port": port, "user": t.User, "known_hosts_file": known,
			"shell_type": "none", "disable_hashcheck": "true"}
		if t.UseKey {
			options["key_pem"] = strings.ReplaceAll(strings.TrimSpace(key), "\n", `\n`)
		} else {
			options["pass"] = hidden
		}
		// An absolute path: servers differ in where a relative one begins.
		rclone("sftp", "/"+t.Folder, options)
	case SMB:
		rclone("smb", path.Join(t.Share, t.Folder), map[string]string{"host": t.Host, "port": port, "user": t.User,
			"pass": hidden, "domain": t.Domain})
	case WebDAV:
		rclone("webdav", t.Folder, map[string]string{"url": t.URL, "vendor": "other", "user": t.User, "pass": hidden})
	case S3:
		repository = "s3:" + strings.TrimSuffix(t.URL, "/") + "/" + path.Join(t.Bucket, t.Folder)
		env = append(env, "AWS_ACCESS_KEY_ID="+t.User, "AWS_SECRET_ACCESS_KEY="+t.Secret)
		if t.Region != "" {
			env = append(env, "AWS_DEFAULT_REGION="+t.Region)
		}
	case Box:
		u, err := url.Parse(t.URL)
		if err != nil {
			return nil, err
		}
		if t.User != "" {
			u.User = url.UserPassword(t.User, t.Secret)
		}
		u.Path = path.Join("/", u.Path, t.Folder) + "/"
		repository = "rest:" + u.String()
	}
	return append(env, "RESTIC_REPOSITORY="+repository), nil
}

// options are restic's for the target.
func (t *Target) options() []string {
	if t.Kind == S3 && (strings.Contains(t.URL, "aliyuncs.com") || strings.Contains(t.URL, "myqcloud.com")) {
		return []string{"-o", "s3.bucket-lookup=dns"} // they know no other way
	}
	return nil
}

// obscure writes a password as rclone wants to read it.
func obscure(ctx context.Context, secret string) (string, error) {
	cmd := exec.CommandContext(ctx, "rclone", "obscure", "-")
	cmd.Stdin = strings.NewReader(secret)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return "", explained(err, "")
	}
	return strings.TrimSpace(out.String()), nil
}

// SameDisk tells that what is written to the target lies on the disk of the data.
func (t *Target) SameDisk(data string) bool {
	if t.Kind != Disk {
		return false
	}
	device := func(path string) (uint64, bool) {
		for {
			var s syscall.Stat_t
			if err := syscall.Stat(path, &s); err == nil {
				return uint64(s.Dev), true
			}
			if path == filepath.Dir(path) {
				return 0, false
			}
			path = filepath.Dir(path)
		}
	}
	a, okA := device(t.Folder)
	b, okB := device(data)
	return okA && okB && a == b
}

// Mounted is a disk a backup can go to.
type Mounted struct {
	Folder string `json:"folder"`
	Name   string `json:"name"`
	Free   int64  `json:"free"`
	Size   int64  `json:"size"`
}

// Disks are the mounted disks besides the system's own.
func Disks() []Mounted {
	list := []Mounted{}
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return list
	}
	for line := range strings.Lines(string(mounts)) {
		parts := strings.Fields(line)
		if len(parts) < 4 || !strings.HasPrefix(parts[0], "/dev/") {
			continue
		}
		folder := unescapeMount(parts[1])
		outside := strings.HasPrefix(folder, "/media/") || strings.HasPrefix(folder, "/mnt/") || strings.HasPrefix(folder, "/run/media/")
		var s syscall.Statfs_t
		if !outside || syscall.Statfs(folder, &s) != nil {
			continue
		}
		list = append(list, Mounted{Folder: folder, Name: filepath.Base(folder), Free: int64(s.Bavail) * s.Bsize, Size: int64(s.Blocks) * s.Bsize})
	}
	return list
}

// unescapeMount reads the octal numbers that stand for blanks in /proc/mounts.
func unescapeMount(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
