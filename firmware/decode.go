package main

import (
	"errors"
	"os"

	"bellhop/firmware/decode"
)

// decodeFiles prints what is heard in sound files.
func decodeFiles(paths []string) error {
	if len(paths) == 0 {
		return errors.New("decode what? bellhop-firmware decode FILE.wav")
	}
	for _, path := range paths {
		if err := decode.Run(os.Stdout, path); err != nil {
			return err
		}
	}
	return nil
}
