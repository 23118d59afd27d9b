package boxclient

import (
	"os"
	"strings"
)

// TokenFrom makes the client read its token from a file each time it asks: the box
// writes the file at its first start, which may come after the hub's.
func (c *Client) TokenFrom(file string) *Client {
	c.tokenFile = file
	return c
}

func (c *Client) bearer() string {
	token := c.token
	if c.tokenFile != "" {
		if b, err := os.ReadFile(c.tokenFile); err == nil {
			token = strings.TrimSpace(string(b))
		}
	}
	return "Bearer " + token
}
