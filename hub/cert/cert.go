// Package cert makes the box's pages come over HTTPS: a certificate authority of this box
// alone, which an office installs once on each device, and certificates signed by it for
// whatever names and addresses the box has at the moment. The authority may sign only for
// local names and addresses, so that its key, were it stolen with the box, opens nothing
// else.
//
//	a, err := cert.Open(filepath.Join(data, "cert"), "铃客公司")
//	l := tls.NewListener(plain, a.Config())
package cert

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	authorityYears = 15
	// leafDays: browsers refuse certificates of more than 825 days even from an authority
	// that a user installed.
	leafDays = 397
	// renewBefore is how long before its end a certificate is replaced.
	renewBefore = 30 * 24 * time.Hour
)

// Authority signs for one box.
type Authority struct {
	cert *x509.Certificate
	der  []byte
	key  *ecdsa.PrivateKey
	now  func() time.Time

	mu   sync.Mutex
	leaf *tls.Certificate
}

// localNets are the addresses a box may have.
var localNets = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10",
	"fc00::/7", "fe80::/10", "::1/128"}

// Open reads the authority in dir, or makes one. organisation stands in the list of
// certificates of whoever installs it.
func Open(dir, organisation string) (*Authority, error) {
	a := &Authority{now: time.Now}
	text, err := os.ReadFile(filepath.Join(dir, "authority.pem"))
	if errors.Is(err, os.ErrNotExist) {
		return a, a.make(dir, organisation)
	}
	if err != nil {
		return nil, err
	}
	return a, a.read(text)
}

func (a *Authority) read(text []byte) error {
	certificate, rest := pem.Decode(text)
	key, _ := pem.Decode(rest)
	if certificate == nil || key == nil {
		return errors.New("the file of the certificate authority is damaged; remove it and install the new certificate on each device")
	}
	var err error
	if a.cert, err = x509.ParseCertificate(certificate.Bytes); err != nil {
		return err
	}
	a.der = certificate.Bytes
	a.key, err = x509.ParseECPrivateKey(key.Bytes)
	return err
}

func (a *Authority) make(dir, organisation string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Bellhop " + fingerprint(&key.PublicKey)[:8], Organization: []string{organisation}},
		NotBefore: a.now().Add(-24 * time.Hour), NotAfter: a.now().AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"local", "localhost", "lan", "home.arpa", hostname()},
	}
	for _, cidr := range localNets {
		_, n, err := net.ParseCIDR(cidr)
		if err != nil {
			return err
		}
		template.PermittedIPRanges = append(template.PermittedIPRanges, n)
	}
	if a.der, err = x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key); err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(a.der); err != nil {
		return err
	}
	a.key = key
	return a.write(dir)
}

func (a *Authority) write(dir string) error {
	key, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: a.der})
	pem.Encode(&text, &pem.Block{Type: "EC PRIVATE KEY", Bytes: key})
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(dir, "authority.pem")
	if err := os.WriteFile(path+".new", text.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return n
}

func fingerprint(key *ecdsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err) // a P-256 key always marshals
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "bellhop"
	}
	return strings.ToLower(strings.TrimSuffix(name, ".local"))
}

// DER is the authority's certificate as devices install it.
func (a *Authority) DER() []byte { return a.der }

// Fingerprint is the SHA-256 of the certificate, to compare by eye.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.der)
	var parts []string
	for _, b := range sum {
		parts = append(parts, fmt.Sprintf("%02X", b))
	}
	return strings.Join(parts, ":")
}

// Config is for a listener: each caller gets a certificate for the address he came to.
func (a *Authority) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		var here net.IP
		if to, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok {
			here = to.IP
		}
		return a.certificate(here)
	}}
}

// certificate is the one in use, or a new one when it is about to end or the box has an
// address that is not on it.
func (a *Authority) certificate(here net.IP) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaf != nil && a.leaf.Leaf.NotAfter.Sub(a.now()) > renewBefore && !a.leaf.Leaf.NotBefore.After(a.now()) && names(a.leaf.Leaf, here) {
		return a.leaf, nil
	}
	leaf, err := a.sign(a.addresses(here))
	if err == nil {
		a.leaf = leaf
	}
	return leaf, err
}

func names(leaf *x509.Certificate, here net.IP) bool {
	return here == nil || slices.ContainsFunc(leaf.IPAddresses, here.Equal)
}

// addresses are those of the machine that the authority may sign for, and here.
func (a *Authority) addresses(here net.IP) []net.IP {
	found := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if here != nil {
		found = append(found, here)
	}
	all, _ := net.InterfaceAddrs()
	for _, address := range all {
		if n, ok := address.(*net.IPNet); ok {
			found = append(found, n.IP)
		}
	}
	var out []net.IP
	for _, ip := range found {
		if a.permits(ip) && !slices.ContainsFunc(out, ip.Equal) {
			out = append(out, ip)
		}
	}
	return out
}

func (a *Authority) permits(ip net.IP) bool {
	return slices.ContainsFunc(a.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) })
}

func (a *Authority) sign(addresses []net.IP) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	host := hostname()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: host + ".local"},
		NotBefore: a.now().Add(-time.Hour), NotAfter: a.now().AddDate(0, 0, leafDays),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{host + ".local", host, "localhost"}, IPAddresses: addresses,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.der}, PrivateKey: key, Leaf: leaf}, nil
}
