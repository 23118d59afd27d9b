package backup

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"bellhop/hub/crm"
)

// makeSSHKey makes the key by which the box logs in to servers.
func makeSSHKey() (private, public string, err error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	block, err := ssh.MarshalPrivateKey(key, "bellhop")
	if err != nil {
		return "", "", err
	}
	line, err := ssh.NewPublicKey(pub)
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(block)), strings.TrimSpace(string(ssh.MarshalAuthorizedKey(line))) + " bellhop", nil
}

var errSeen = errors.New("seen")

// hostKeyOrder is what a server is asked to prove itself with, the same each time: one that
// has several keys would else seem to be another now and then.
var hostKeyOrder = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}

// ServerKey asks an SSH server who it is: the line for known_hosts, and the fingerprint a
// person compares with what the server's keeper says.
func ServerKey(ctx context.Context, t *Target) (line, fingerprint string, err error) {
	port := t.Port
	if port == 0 {
		port = 22
	}
	address := net.JoinHostPort(t.Host, strconv.Itoa(port))
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", "", explained(err, err.Error())
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(15 * time.Second))
	_, _, _, err = ssh.NewClientConn(conn, address, &ssh.ClientConfig{
		User: t.User, HostKeyAlgorithms: hostKeyOrder,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			line, fingerprint = knownhosts.Line([]string{knownhosts.Normalize(address)}, key), ssh.FingerprintSHA256(key)
			return errSeen
		},
	})
	if fingerprint == "" {
		return "", "", &crm.Error{Code: crm.Unavailable, Key: "backup.no_ssh"}
	}
	return line, fingerprint, nil
}
