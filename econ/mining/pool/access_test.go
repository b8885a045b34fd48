package pool_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"switchyard/econ/mining/pool"
)

func TestASecretIsPrintedNowhere(t *testing.T) {
	a := pool.Access{Account: "acme", Key: "hunter2", Secret: "hunter3"}
	o := pool.Opening{Key: "hunter2", Secret: "hunter3"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("made", "access", a, "key", a.Key, "opening", o)
	body, err := json.Marshal(map[string]any{"access": a, "opening": o})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(a, o), fmt.Sprintf("%+v %#v %q %s", a, a, a.Key, o.Secret), log.String(), string(body)} {
		if strings.Contains(text, "hunter") {
			t.Errorf("printed: %s", text)
		}
	}
	packed, err := o.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pool.Unpack(packed); err != nil || got != o {
		t.Errorf("unpacked %v, %v", got, err)
	}
	if _, err := pool.Unpack([]byte(`hunter2`)); err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("error is %v", err)
	}
}
