package console

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// SSH serves the same menu over the network: user "tech", password the PIN of the box.
// Nothing else is offered: no commands, no files, no forwarding.
type SSH struct {
	HostKey string // file of the key; made at the first start
	PIN     func() (string, error)
	Config  Config
}

// sshUser is whom the menu is for.
const sshUser = "tech"

const (
	sshTries    = 3 // in one connection
	sshWait     = 20 * time.Second
	sshPause    = 2 * time.Second // after a wrong password
	sshSessions = 4
)

// Serve takes connections until l is closed, which it does when ctx ends.
func (s *SSH) Serve(ctx context.Context, l net.Listener) error {
	key, err := hostKey(s.HostKey)
	if err != nil {
		return fmt.Errorf("ssh: %w", err)
	}
	if s.Config.Log == nil {
		s.Config.Log = slog.New(slog.DiscardHandler)
	}
	config := &ssh.ServerConfig{MaxAuthTries: sshTries, PasswordCallback: s.password}
	config.AddHostKey(key)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	places := make(chan struct{}, sshSessions)
	var under sync.WaitGroup
	defer under.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			return ended(ctx, err)
		}
		select {
		case places <- struct{}{}:
			under.Go(func() {
				defer func() { <-places }()
				s.session(ctx, conn, config)
			})
		default:
			conn.Close()
		}
	}
}

// password is asked again after a pause, so that guessing takes for ever.
func (s *SSH) password(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
	pin, err := s.PIN()
	if err == nil && c.User() == sshUser && subtle.ConstantTimeCompare(password, []byte(pin)) == 1 {
		return nil, nil
	}
	s.Config.Log.Warn("ssh refused", "user", short(c.User()), "from", c.RemoteAddr())
	time.Sleep(sshPause)
	return nil, errors.New("wrong user or PIN")
}

func (s *SSH) session(ctx context.Context, conn net.Conn, config *ssh.ServerConfig) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	conn.SetDeadline(time.Now().Add(sshWait))
	peer, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	conn.SetDeadline(time.Time{})
	go ssh.DiscardRequests(requests)
	for c := range channels {
		if c.ChannelType() != "session" {
			c.Reject(ssh.UnknownChannelType, "only the console")
			continue
		}
		channel, asks, err := c.Accept()
		if err != nil {
			return
		}
		go s.console(ctx, channel, asks, peer.RemoteAddr())
	}
}

// console serves the menu once a shell is asked for.
func (s *SSH) console(ctx context.Context, channel ssh.Channel, asks <-chan *ssh.Request, from net.Addr) {
	started := false
	for ask := range asks {
		ok := ask.Type == "pty-req" || ask.Type == "window-change" || ask.Type == "shell" && !started
		if ask.WantReply {
			ask.Reply(ok, nil)
		}
		if ask.Type != "shell" || started {
			continue
		}
		started = true
		config := s.Config
		host, _, _ := net.SplitHostPort(from.String())
		config.From = "ssh " + host
		config.OnLeave = func() { channel.Close() }
		go func() {
			defer channel.Close()
			config.Log.Info("console opened", "from", config.From)
			if err := Serve(ctx, channel, config); err != nil && ctx.Err() == nil {
				config.Log.Debug("console ended", "from", config.From, "error", err)
			}
			channel.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
		}()
	}
}

// hostKey reads the box's key, or makes it.
func hostKey(path string) (ssh.Signer, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return ssh.ParsePrivateKey(text)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path+".new", pem.EncodeToMemory(block), 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}
