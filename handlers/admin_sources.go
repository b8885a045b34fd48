package handlers

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/views"
)

// refusedShown is how many refused rows the page lists.
const refusedShown = 20

// showSources answers GET /admin/sources.
func (a *App) showSources(c echo.Context) error {
	var v views.AdminSourcesPage
	sort, err := sourceSort(c.QueryParam("sort"))
	if err != nil {
		return err
	}
	err = a.readPage(c, []string{topicSource, topicJob}, func(p *page) error {
		v.Sort, v.MayRun = sort, subjectOf(c).May(access.RoomCore, access.Write)
		var err error
		if v.Sources, err = p.sourceRows(sort); err != nil {
			return err
		}
		if err := p.jobRows(&v); err != nil {
			return err
		}
		if v.Refused, err = p.s.QuarantineList(p.ctx, refusedShown); err != nil {
			return err
		}
		v.RefusedOf = len(v.Refused)
		if name := c.QueryParam("asked"); slices.ContainsFunc(v.Jobs, func(j views.JobRow) bool { return j.Name == name }) {
			v.Notice = "A run of " + name + " is asked for. It starts within five seconds."
		}
		v.Shell = a.shell(p, "Sources and jobs", topicSource, topicJob)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.AdminSources(v))
}

func sourceSort(text string) (views.SourceSort, error) {
	switch s := views.SourceSort(text); s {
	case views.SortUrgency, views.SortName, views.SortLast:
		return s, nil
	default:
		return "", badInput("\"sort\" must be empty, name or last.")
	}
}

// sourceRows judges every source and sorts: worst first unless asked
// otherwise.
func (p *page) sourceRows(sort views.SourceSort) ([]views.SourceRow, error) {
	sources, err := p.s.Sources(p.ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]views.SourceRow, len(sources))
	for i, s := range sources {
		rows[i] = views.SourceRow{Source: s, Fresh: market.JudgeFreshness(s.SucceededAt, s.Cadence, s.Cadence <= time.Minute, p.now)}
	}
	slices.SortStableFunc(rows, func(x, y views.SourceRow) int {
		switch sort {
		case views.SortName:
			return strings.Compare(x.Title, y.Title)
		case views.SortLast:
			return y.SucceededAt.Compare(x.SucceededAt)
		default:
			return cmp.Or(cmp.Compare(badness(y), badness(x)), strings.Compare(x.Title, y.Title))
		}
	})
	return rows, nil
}

// badness orders freshness from good to bad.
func badness(r views.SourceRow) int {
	switch r.Fresh.State {
	case market.Stale:
		return 4
	case market.Late:
		return 3
	case market.Off:
		return 2
	default:
		if r.Failures > 0 {
			return 1
		}
		return 0
	}
}

// runJob answers POST /admin/jobs/{name}/run: it leaves a request for the jobs
// and goes back to the page.
func (a *App) runJob(c echo.Context) error {
	name, err := url.PathUnescape(c.Param("name"))
	if err != nil {
		return badInput("The job's name cannot be read.")
	}
	ctx, s := c.Request().Context(), a.store(c)
	jobs, err := s.Jobs(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(jobs, func(j ops.Job) bool { return j.Name == name }) {
		return notFound("There is no job of that name.")
	}
	_, err = s.RequestJob(ctx, ops.Request{Action: "run", Target: name, By: subjectOf(c).Name, At: a.now().UTC()})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/sources?asked="+url.QueryEscape(name))
}
