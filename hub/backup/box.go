package backup

import (
	"context"
	"io"

	"bellhop/hub/boxclient"
)

// oneBox is the recordings of the only box there is.
type oneBox struct{ client *boxclient.Client }

// OneBox gives the recordings of a box without the telephony around it: for the command line.
func OneBox(c *boxclient.Client) Sounds { return oneBox{c} }

func (b oneBox) OpenSound(ctx context.Context, _, file string) (io.ReadCloser, error) {
	return b.client.OpenSound(ctx, file)
}

func (b oneBox) HasSound(ctx context.Context, _, file string) (bool, error) {
	return b.client.HasSound(ctx, file)
}

func (b oneBox) PutSound(ctx context.Context, _, file string, content io.Reader) error {
	return b.client.PutSound(ctx, file, content)
}

func (b oneBox) DeleteSound(ctx context.Context, _, file string) error {
	return b.client.DeleteSound(ctx, file)
}
