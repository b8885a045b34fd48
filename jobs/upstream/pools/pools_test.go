package pools_test

import (
	"fmt"
	"testing"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/pools"
)

func TestEveryPoolHasItsOwnClient(t *testing.T) {
	seen := map[string]pool.Party{}
	for _, f := range pool.Parties() {
		client, err := pools.New(upstream.Options{}, f.Party, pool.Access{})
		if err != nil || client == nil {
			t.Errorf("%s: got %v, %v", f.Party, client, err)
			continue
		}
		kind := fmt.Sprintf("%T", client)
		if other, twice := seen[kind]; twice {
			t.Errorf("%s and %s have the same client, %s", f.Party, other, kind)
		}
		seen[kind] = f.Party
	}
	if client, err := pools.New(upstream.Options{}, "nobody", pool.Access{}); err == nil {
		t.Errorf("a pool that nobody knows has the client %T", client)
	}
}
