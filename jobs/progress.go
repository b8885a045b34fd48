package jobs

import (
	"context"

	"switchyard/econ/ops"
)

// progress tells the terminal and the store how far a step has come.
func (e *Env) progress(ctx context.Context, p ops.Progress) {
	e.onProgress(p)
	if err := e.Store.ReportProgress(ctx, p); err != nil && ctx.Err() == nil {
		e.Log.Warn("progress not reported", "step", p.Name, "error", err)
	}
}
