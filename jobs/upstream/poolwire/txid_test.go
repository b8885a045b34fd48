package poolwire

import (
	"strings"
	"testing"
)

func TestTheIDOfATransactionOfTheChain(t *testing.T) {
	id := strings.Repeat("0a", 32)
	for text, want := range map[string]string{id: id, " " + strings.ToUpper(id) + "\n": id, id[1:]: "", id + "0": "", "g" + id[1:]: "", "": "", "inside the pool": ""} {
		if got := TxID(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
