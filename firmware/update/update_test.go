package update

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// office is a box on a made-up card, and the desk that makes its updates.
type office struct {
	t     *testing.T
	disk  *lossy
	key   ed25519.PrivateKey
	state string
	sick  error
	asked []bool // reboots: for a trial?
}

var (
	v1 = Release{Version: "1.0", Sequence: 10, Compatible: "test"}
	v2 = Release{Version: "2.0", Sequence: 20, Compatible: "test", Notes: map[string][]string{"en": {"mends"}}}
	v3 = Release{Version: "3.0", Sequence: 30, Floor: 25, Compatible: "test"}
)

func newOffice(t *testing.T) *office {
	_, key, _ := ed25519.GenerateKey(nil)
	o := &office{t: t, key: key, state: filepath.Join(t.TempDir(), "update", "state.json")}
	o.disk = newLossy(t, rand.New(rand.NewPCG(1, 2)))
	o.disk.put(PartitionBootA, bootImage(v1))
	o.disk.put(PartitionRootA, rootImage(v1))
	if err := Bind(o.disk, SlotA); err != nil {
		t.Fatal(err)
	}
	return o
}

// box is what starts on the card: r in slot.
func (o *office) box(r Release, slot Slot, trying bool) Box {
	return Box{
		Disk: o.disk, Keys: []ed25519.PublicKey{o.key.Public().(ed25519.PublicKey)}, Running: r, Slot: slot, Trying: trying, StateFile: o.state,
		Health: func(context.Context) error { return o.sick },
		Reboot: func(try bool) error { o.asked = append(o.asked, try); return nil },
	}
}

func (o *office) bundle(r Release) []byte { return o.bundleOf(r, bootImage(r), rootImage(r)) }

func (o *office) bundleOf(r Release, boot, root []byte) []byte {
	o.t.Helper()
	dir := o.t.TempDir()
	os.WriteFile(filepath.Join(dir, "boot"), boot, 0o600)
	os.WriteFile(filepath.Join(dir, "root"), root, 0o600)
	var b bytes.Buffer
	if err := Write(&b, r, filepath.Join(dir, "boot"), filepath.Join(dir, "root"), o.key); err != nil {
		o.t.Fatal(err)
	}
	return b.Bytes()
}

// runs checks what a start without anything special ends on.
func (o *office) runs(want Slot, r Release) {
	o.t.Helper()
	slot, err := Selection(o.disk)
	if err != nil || slot != want {
		o.t.Fatalf("slot %s starts, want %s (%v)", slot, want, err)
	}
	o.holds(slot, r)
}

// holds checks that all of r lies in slot and its kernel is told of its own root.
func (o *office) holds(slot Slot, r Release) {
	o.t.Helper()
	if got := o.disk.get(slot.root(), len(rootImage(r))); !bytes.Equal(got, rootImage(r)) {
		o.t.Fatalf("slot %s does not hold the root of %s", slot, r.Version)
	}
	dev, _ := o.disk.Partition(slot.boot())
	f, err := findSectorFile(dev, CommandLine)
	if err != nil {
		o.t.Fatal(err)
	}
	text, _ := f.read()
	if want := fmt.Sprintf("root=PARTUUID=be11be11-%02d ", slot.root()); !strings.Contains(string(text), want) || !strings.Contains(string(text), "v="+r.Version) {
		o.t.Fatalf("slot %s: parameters %q, want %q of %s", slot, text, want, r.Version)
	}
}

func TestUpdate(t *testing.T) {
	const patience = time.Minute
	run := func(name string, test func(t *testing.T)) {
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) }) // a clock of its own: nothing waits
	}
	run("BOX-13 a good update is tried once and kept", func(t *testing.T) {
		o := newOffice(t)
		before := o.box(v1, SlotA, false)
		m, err := before.Install(bytes.NewReader(o.bundle(v2)))
		if err != nil || m.Version != "2.0" || m.Notes["en"][0] != "mends" {
			t.Fatal(m, err)
		}
		o.runs(SlotA, v1) // nothing has changed yet
		o.holds(SlotB, v2)
		if err := before.Try(); err != nil || len(o.asked) != 1 || !o.asked[0] {
			t.Fatal(err, o.asked)
		}
		after := o.box(v2, SlotB, true)
		if _, err := after.Install(bytes.NewReader(o.bundle(v3))); !errors.Is(err, ErrNotCommitted) {
			t.Fatal("an update during a trial:", err)
		}
		if err := after.Settle(t.Context(), patience); err != nil {
			t.Fatal(err)
		}
		o.runs(SlotB, v2)
		if _, err := after.Install(bytes.NewReader(o.bundle(v3))); err != nil {
			t.Fatal("the next update, in the boot that kept this one:", err)
		}
		o.runs(SlotB, v2)
		s, err := o.box(v2, SlotB, false).Status()
		if err != nil || s.Last == nil || !s.Last.Kept || s.Last.From != "1.0" || s.Newest != 20 || s.Trial == nil || s.Selected != SlotB {
			t.Fatalf("%+v %v", s, err)
		}
	})
	run("BOX-13 an update that does not work goes back by itself", func(t *testing.T) {
		o := newOffice(t)
		o.box(v1, SlotA, false).Install(bytes.NewReader(o.bundle(v2)))
		o.box(v1, SlotA, false).Try()
		o.sick = errors.New("hub: 500")
		if err := o.box(v2, SlotB, true).Settle(t.Context(), 2*time.Second); err == nil {
			t.Fatal("kept")
		}
		if o.asked[len(o.asked)-1] { // the start after it is a plain one
			t.Fatal("a second trial")
		}
		o.runs(SlotA, v1)
		s, _ := o.box(v1, SlotA, false).Status()
		if s.Last == nil || s.Last.Kept || s.Last.Why != WhyUnhealthy || !strings.Contains(s.Last.Detail, "hub: 500") {
			t.Fatalf("%+v", s.Last)
		}
	})
	run("BOX-13 an update that never comes up is told as reset", func(t *testing.T) {
		o := newOffice(t)
		b := o.box(v1, SlotA, false)
		b.Install(bytes.NewReader(o.bundle(v2)))
		b.Try()
		if err := b.Settle(t.Context(), patience); err != nil {
			t.Fatal(err)
		}
		if s, _ := b.Status(); s.Last == nil || s.Last.Why != WhyReset || s.Trial != nil {
			t.Fatalf("%+v", s)
		}
		if err := b.Try(); !errors.Is(err, ErrNothingToTry) {
			t.Fatal(err)
		}
	})
	run("BOX-13 power cut between keeping and writing it down", func(t *testing.T) {
		o := newOffice(t)
		b := o.box(v1, SlotA, false)
		b.Install(bytes.NewReader(o.bundle(v2)))
		b.Try()
		Select(o.disk, SlotB)
		if err := o.box(v2, SlotB, false).Settle(t.Context(), patience); err != nil {
			t.Fatal(err)
		}
		if s, _ := o.box(v2, SlotB, false).Status(); s.Last == nil || !s.Last.Kept {
			t.Fatalf("%+v", s)
		}
	})
	run("SYS-12 back to the earlier version, and not below the floor", func(t *testing.T) {
		o := newOffice(t)
		b := o.box(v1, SlotA, false)
		if _, err := b.Back(); !errors.Is(err, ErrNoWayBack) {
			t.Fatal("a new card:", err)
		}
		b.Settle(t.Context(), patience)
		b.Install(bytes.NewReader(o.bundle(v2)))
		o.box(v2, SlotB, true).Settle(t.Context(), patience)
		if r, err := o.box(v2, SlotB, false).Back(); err != nil || r.Version != "1.0" {
			t.Fatal(r, err)
		}
		if err := o.box(v2, SlotB, false).Try(); err != nil {
			t.Fatal(err)
		}
		o.box(v1, SlotA, true).Settle(t.Context(), patience)
		o.runs(SlotA, v1)
		// An older file stays refused, the newest one may come again.
		older := v1
		older.Sequence = 15
		if _, err := b.Install(bytes.NewReader(o.bundle(older))); !errors.Is(err, ErrOlder) {
			t.Fatal("rollback by file:", err)
		}
		if _, err := b.Install(bytes.NewReader(o.bundle(v3))); err != nil {
			t.Fatal(err)
		}
		o.box(v3, SlotB, true).Settle(t.Context(), patience)
		if _, err := o.box(v3, SlotB, false).Back(); !errors.Is(err, ErrOlder) {
			t.Fatal("below the floor:", err)
		}
	})
}

func TestRefused(t *testing.T) {
	o := newOffice(t)
	_, strange, _ := ed25519.GenerateKey(nil)
	otherBox, old := v2, v2
	otherBox.Compatible, old.Sequence = "another", 9
	foreign := func() []byte {
		was := o.key
		defer func() { o.key = was }()
		o.key = strange
		return o.bundle(v2)
	}
	good := o.bundle(v2)
	flipped := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"empty":                     {nil, ErrNotBundle},
		"not an update":             {bytes.Repeat([]byte("PK\x03\x04"), 99), ErrNotBundle},
		"signed by somebody else":   {foreign(), ErrSignature},
		"a changed manifest":        {flipped(len(magic) + 20), ErrSignature},
		"a changed signature":       {flipped(bytes.Index(good, []byte("\x1f\x8b")) - 3), ErrSignature},
		"a bit of the first part":   {flipped(bytes.Index(good, []byte("\x1f\x8b")) + 60), ErrDamaged},
		"a bit of the last part":    {flipped(len(good) - 100), ErrDamaged},
		"its last octet missing":    {good[:len(good)-1], ErrDamaged},
		"half of it":                {good[:len(good)/2], ErrDamaged},
		"for another kind of box":   {o.bundle(otherBox), ErrOtherBox},
		"older than what runs":      {o.bundle(old), ErrOlder},
		"a root that does not fit":  {o.bundleOf(v2, bootImage(v2), make([]byte, 2<<20)), ErrTooLarge},
		"a boot without parameters": {o.bundleOf(v2, make([]byte, 3<<20), rootImage(v2)), errFAT},
	} {
		t.Run("BOX-13 refused: "+name, func(t *testing.T) {
			_, err := o.box(v1, SlotA, false).Install(bytes.NewReader(tt.file))
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			o.runs(SlotA, v1)
			if err := o.box(v1, SlotA, false).Try(); !errors.Is(err, ErrNothingToTry) {
				t.Fatal("it could be tried:", err)
			}
		})
	}
}

func TestForgetfulCard(t *testing.T) {
	t.Run("BOX-13 a card that drops what is written is found out", func(t *testing.T) {
		o := newOffice(t)
		o.disk.drops = o.disk.writes + 1 // the next write is lost without an error
		if _, err := o.box(v1, SlotA, false).Install(bytes.NewReader(o.bundle(v2))); !errors.Is(err, ErrNotWritten) {
			t.Fatal(err)
		}
	})
}

// The power goes at every single write of an update in turn, and of what waited in the
// kernel any sectors may have reached the card, in any order.
func TestPowerCut(t *testing.T) {
	o := newOffice(t)
	bundle := o.bundle(v2)
	whole := o.disk.clone()
	kept, cuts := 0, 0
	const rounds = 30 // what survives differs each time
	for n, finished := 1, false; !finished; n++ {
		for range rounds {
			if finished = o.cutAt(whole, n, bundle); finished {
				break
			}
			cuts++
			slot, err := Selection(o.disk)
			if err != nil {
				t.Fatalf("BOX-11 cut at write %d: %v", n, err)
			}
			if slot == SlotA {
				o.runs(SlotA, v1)
			} else {
				kept++
				o.runs(SlotB, v2)
			}
		}
	}
	o.runs(SlotB, v2)
	if cuts < 100 || kept == 0 {
		t.Fatalf("BOX-11 only %d cuts, %d of them after it was kept", cuts, kept)
	}
	t.Logf("BOX-11 BOX-13 %d cuts, each ends on a whole system", cuts)
}

// cutAt updates the card whole was and cuts the power at the nth write; true if it came
// to its end before.
func (o *office) cutAt(whole *lossy, n int, bundle []byte) (finished bool) {
	o.disk = whole.clone()
	o.disk.cutAt = n
	os.Remove(o.state)
	return o.disk.untilCut(func() {
		_, err := o.box(v1, SlotA, false).Install(bytes.NewReader(bundle))
		if err == nil {
			err = Select(o.disk, SlotB) // as a trial does
		}
		if err != nil {
			panic(err)
		}
	})
}

func TestGrow(t *testing.T) {
	o := newOffice(t)
	before, _ := ReadTable(bytes.NewReader(o.disk.live))
	end := int64(len(o.disk.live)) + 50<<20
	for n := 1; n <= 3; n++ { // cut at each write, then whole
		whole := o.disk.clone()
		whole.cutAt = n
		whole.untilCut(func() { growTable(rawDisk{whole}, end) })
		e, changed, err := growTable(rawDisk{whole}, end)
		after, tableErr := ReadTable(bytes.NewReader(whole.live))
		if err != nil || tableErr != nil || n == 3 && changed {
			t.Fatal(n, err, tableErr)
		}
		if d := after[PartitionData]; d != e || d.Start != before[PartitionData].Start || d.Start+d.Size != end || after[4].Start+after[4].Size != end {
			t.Fatalf("BOX-01 the data partition is %+v of %d", d, end)
		}
		for _, same := range []int{1, 2, 3, 5, 6} {
			if after[same] != before[same] {
				t.Fatalf("partition %d moved", same)
			}
		}
	}
	if _, changed, err := growTable(rawDisk{o.disk}, 1<<20); changed || err != nil {
		t.Fatal("a card smaller than its table:", changed, err)
	}
}

func TestAutoboot(t *testing.T) {
	for _, a := range []Autoboot{{2, 3}, {3, 2}} {
		got, err := ParseAutoboot(a.Text())
		if err != nil || got != a {
			t.Error(got, err)
		}
	}
	for _, bad := range []string{"", "[all]\nboot_partition=2", "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=2", "boot_partition=9", "garbage"} {
		if _, err := ParseAutoboot([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzOpen(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var b bytes.Buffer
	writeHead(&b, Manifest{Release: v1, Parts: []Part{
		{PartBoot, 1, strings.Repeat("0", 64), 1}, {PartRoot, 1, strings.Repeat("0", 64), 1}}}, key)
	f.Add(b.Bytes())
	f.Add([]byte(magic + "\x00\x00\x00\x01{"))
	f.Fuzz(func(t *testing.T, file []byte) {
		bundle, err := Open(bytes.NewReader(file), []ed25519.PublicKey{key.Public().(ed25519.PublicKey)})
		if err != nil {
			return
		}
		if !bytes.HasPrefix(file, b.Bytes()) {
			t.Fatal("taken without its signature")
		}
		for _, p := range bundle.Parts {
			if z, err := bundle.unpack(p); err == nil {
				io.Copy(io.Discard, io.LimitReader(z, 1<<20))
			}
		}
	})
}

func FuzzFAT(f *testing.F) {
	f.Add(bootImage(v1)[:70<<10])
	f.Fuzz(func(t *testing.T, image []byte) {
		dev := &memory{image}
		if file, err := findSectorFile(dev, CommandLine); err == nil {
			file.read()
		}
		ReadTable(bytes.NewReader(image))
	})
}

func FuzzAutoboot(f *testing.F) {
	f.Add(Autoboot{2, 3}.Text())
	f.Fuzz(func(t *testing.T, text []byte) {
		if a, err := ParseAutoboot(text); err == nil && (a.Normal == a.Try || a.Normal < 1 || a.Try > 4) {
			t.Fatal(a)
		}
	})
}
