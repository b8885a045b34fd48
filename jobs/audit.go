package jobs

import (
	"context"
	"fmt"
)

// sealAtOnce bounds one transaction of the sealer.
const sealAtOnce = 5000

// sealAudit chains the entries of the audit log that are new.
func sealAudit(ctx context.Context, env *Env) (int64, error) {
	var total int64
	for {
		head, n, err := env.Store.SealAudit(ctx, sealAtOnce)
		if err != nil {
			return total, fmt.Errorf("seal the audit log: %w", err)
		}
		total += int64(n)
		if n < sealAtOnce {
			env.Note(ctx, fmt.Sprintf("sealed up to %d", head.Ordinal), total)
			return total, nil
		}
	}
}
