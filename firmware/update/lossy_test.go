package update

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"bellhop/images/blank"
)

// lossy is a card in memory whose power can be cut at a chosen write: what was not
// synced then may have reached it or not, sector by sector.
type lossy struct {
	random  *rand.Rand
	live    []byte // as the kernel sees it
	safe    []byte // as the card holds it
	pending []pendingWrite
	writes  int
	cutAt   int // the write that the cut comes with; 0 for never
	drops   int // the write that a bad card loses; 0 for none
}

type pendingWrite struct {
	at      int64
	content []byte
}

var errCut = errors.New("power cut")

var emptyCard = sync.OnceValue(func() []byte {
	var m memory
	size, err := blank.Table(&m, 0xbe11be11, blank.Sizes{Select: 3 << 20, Boot: 3 << 20, Root: 1 << 20, Data: 1 << 20})
	if err != nil {
		panic(err)
	}
	b := append(m.b, make([]byte, size-int64(len(m.b)))...)
	table, _ := ReadTable(bytes.NewReader(b))
	choice := Autoboot{Normal: PartitionBootA, Try: PartitionBootB}
	var sel memory
	if err := blank.FormatFAT(&sel, table[PartitionSelect].Size, "SELECT", []blank.File{{Name: AutobootFile, Content: choice.Text()}}); err != nil {
		panic(err)
	}
	copy(b[table[PartitionSelect].Start:], sel.b)
	return b
})

func newLossy(t *testing.T, random *rand.Rand) *lossy {
	return &lossy{random: random, live: bytes.Clone(emptyCard()), safe: bytes.Clone(emptyCard())}
}

func (l *lossy) clone() *lossy {
	return &lossy{random: l.random, live: bytes.Clone(l.live), safe: bytes.Clone(l.live)}
}

// untilCut runs do and reports whether it came to its end; the card is then as it comes
// up again.
func (l *lossy) untilCut(do func()) (finished bool) {
	defer func() {
		l.cutAt = 0
		if e := recover(); e != nil && e != errCut {
			panic(e)
		}
	}()
	do()
	return true
}

func (l *lossy) write(b []byte, at int64) {
	l.writes++
	if l.writes == l.drops {
		l.safe = bytes.Clone(l.live) // what came before is safe
		return
	}
	copy(l.live[at:], b)
	l.pending = append(l.pending, pendingWrite{at, bytes.Clone(b)})
	if l.writes != l.cutAt {
		return
	}
	for _, p := range l.pending {
		for off := 0; off < len(p.content); off += sectorSize {
			if l.random.IntN(2) == 0 {
				copy(l.safe[p.at+int64(off):], p.content[off:min(off+sectorSize, len(p.content))])
			}
		}
	}
	l.live, l.pending = bytes.Clone(l.safe), nil
	panic(errCut)
}

func (l *lossy) sync() {
	for _, p := range l.pending {
		copy(l.safe[p.at:], p.content)
	}
	l.pending = nil
}

func (l *lossy) Signature() (uint32, error) { return ReadSignature(bytes.NewReader(l.live)) }

func (l *lossy) Partition(n int) (Device, error) {
	table, err := ReadTable(bytes.NewReader(l.live))
	if err != nil {
		return nil, err
	}
	return &lossyPartition{l, table[n]}, nil
}

func (l *lossy) put(n int, image []byte) {
	dev, err := l.Partition(n)
	if err != nil {
		panic(err)
	}
	dev.WriteAt(image, 0)
	dev.Sync()
	l.writes = 0
}

func (l *lossy) get(n, size int) []byte {
	dev, err := l.Partition(n)
	if err != nil {
		panic(err)
	}
	b := make([]byte, size)
	dev.ReadAt(b, 0)
	return b
}

type lossyPartition struct {
	l *lossy
	e Extent
}

func (p *lossyPartition) ReadAt(b []byte, at int64) (int, error) {
	return io.NewSectionReader(bytes.NewReader(p.l.live), p.e.Start, p.e.Size).ReadAt(b, at)
}
func (p *lossyPartition) WriteAt(b []byte, at int64) (int, error) {
	p.l.write(b, p.e.Start+at)
	return len(b), nil
}
func (p *lossyPartition) Size() int64   { return p.e.Size }
func (p *lossyPartition) Sync() error   { p.l.sync(); return nil }
func (p *lossyPartition) Forget() error { return nil }
func (p *lossyPartition) Close() error  { return nil }

// rawDisk is the whole card, for its table.
type rawDisk struct{ l *lossy }

func (r rawDisk) ReadAt(b []byte, at int64) (int, error) {
	return bytes.NewReader(r.l.live).ReadAt(b, at)
}
func (r rawDisk) WriteAt(b []byte, at int64) (int, error) {
	r.l.write(b, at)
	return len(b), nil
}
func (r rawDisk) Sync() error { r.l.sync(); return nil }

// memory is a partition without a disk.
type memory struct{ b []byte }

func (m *memory) ReadAt(b []byte, at int64) (int, error) { return bytes.NewReader(m.b).ReadAt(b, at) }
func (m *memory) WriteAt(b []byte, at int64) (int, error) {
	m.b = append(m.b, make([]byte, max(0, int(at)+len(b)-len(m.b)))...)
	return copy(m.b[at:], b), nil
}
func (m *memory) Size() int64   { return int64(len(m.b)) }
func (m *memory) Sync() error   { return nil }
func (m *memory) Forget() error { return nil }
func (m *memory) Close() error  { return nil }

// bootImage is a boot partition of r.
func bootImage(r Release) []byte {
	m := &memory{make([]byte, 3<<20)}
	err := blank.FormatFAT(m, int64(len(m.b)), "BOOT", []blank.File{
		{Name: "VMLINUZ", Content: bytes.Repeat([]byte(r.Version), 3000)},
		{Name: CommandLine, Content: []byte("console=serial0,115200 root=PARTUUID=00000000-00 rootwait v=" + r.Version + "\n")},
	})
	if err != nil {
		panic(err)
	}
	return m.b
}

// rootImage is a root partition of r, which does not pack well.
func rootImage(r Release) []byte {
	b := make([]byte, 700_000)
	random := rand.New(rand.NewPCG(uint64(r.Sequence), 0))
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}
