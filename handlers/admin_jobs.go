package handlers

import (
	"switchyard/econ/ops"
	"switchyard/views"
)

// jobRows fills in the jobs, their newest runs and the progress of the first
// fill.
func (p *page) jobRows(v *views.AdminSourcesPage) error {
	jobs, err := p.s.Jobs(p.ctx)
	if err != nil {
		return err
	}
	runs, err := p.s.LastRuns(p.ctx)
	if err != nil {
		return err
	}
	asked, err := p.s.OpenRequests(p.ctx)
	if err != nil {
		return err
	}
	last := make(map[string]*ops.Run, len(runs))
	for i := range runs {
		last[runs[i].Job] = &runs[i]
	}
	requested := make(map[string]bool, len(asked))
	for _, r := range asked {
		requested[r.Target] = r.Action == "run"
	}
	for _, j := range jobs {
		v.Jobs = append(v.Jobs, views.JobRow{
			Name: j.Name, Title: j.Title, Schedule: j.Schedule, Last: last[j.Name], Next: j.NextAt, Requested: requested[j.Name],
		})
	}
	progress, err := p.s.ProgressList(p.ctx)
	if err != nil {
		return err
	}
	for _, b := range progress {
		v.Backfills = append(v.Backfills, views.Backfill{Title: b.Title, Done: b.Done, Total: b.Total, Unit: b.Unit, Note: b.Note})
	}
	return nil
}
