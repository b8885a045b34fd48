package main

import (
	"strings"
	"testing"
)

func TestSealKeysAreReadNewestFirst(t *testing.T) {
	young, old := strings.Repeat("y", 32), strings.Repeat("o", 40)
	c, err := LoadConfig([]string{"SWITCHYARD_SEAL_KEYS=2026-11=" + young + ", 2025=" + old})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.SealKeys) != 2 || c.SealKeys[0].ID != "2026-11" || string(c.SealKeys[1].Secret) != old {
		t.Errorf("got %d keys, the first %q", len(c.SealKeys), c.SealKeys[0].ID)
	}
	for _, tt := range []struct{ value, want string }{
		{"a=" + young[1:], "fewer than 32"}, {young, "no id"}, {"=" + young, "no id"}, {"secret=" + young, "the server's secret"},
		{"a=" + young + ",a=" + old, "twice"}, {"a b=" + young, "no id"},
	} {
		_, err := LoadConfig([]string{"SWITCHYARD_SEAL_KEYS=" + tt.value})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.12s…: error is %v, want one with %q", tt.value, err, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), "yyyy") || strings.Contains(err.Error(), "oooo")) {
			t.Errorf("the error repeats a key: %v", err)
		}
	}
}
