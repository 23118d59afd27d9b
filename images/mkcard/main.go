// Command mkcard puts a card together from the images of its partitions.
package main

import (
	"flag"
	"fmt"
	"os"

	"bellhop/images/blank"
	"bellhop/images/card"
)

func main() {
	var l card.Layout
	signature := flag.Uint("signature", 0, "of the partition table")
	boot, root, data := flag.Int64("boot-mb", 64, "size of a boot partition"), flag.Int64("root-mb", 256, "size of a root partition"), flag.Int64("data-mb", 64, "size of the data partition")
	flag.StringVar(&l.BootA, "boot", "", "image of slot A's boot partition")
	flag.StringVar(&l.RootA, "root", "", "image of slot A's root partition")
	flag.StringVar(&l.Data, "data", "", "image of the data partition")
	flag.Parse()
	l.Signature = uint32(*signature)
	l.Sizes = blank.Sizes{Select: 16 << 20, Boot: *boot << 20, Root: *root << 20, Data: *data << 20}
	if err := card.Make(flag.Arg(0), l); err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
}
