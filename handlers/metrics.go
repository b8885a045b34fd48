package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"switchyard/handlers/live"
)

// metrics is what /metrics tells, on its own listener.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	events   *prometheus.CounterVec
	encode   prometheus.Histogram
}

func newMetrics(hub *live.Hub) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "switchyard_http_request_seconds", Help: "Time to answer a request, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "status"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "switchyard_live_events_total", Help: "Events handed to browsers, by topic.",
		}, []string{"topic"}),
		encode: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "switchyard_live_encode_seconds", Help: "Time to read and encode one event.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1},
		}),
	}
	m.registry.MustRegister(
		m.requests, m.events, m.encode,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "switchyard_live_clients", Help: "Browsers connected.",
		}, func() float64 { n, _ := hub.Stats(); return float64(n) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "switchyard_live_dropped_total", Help: "Browsers dropped because they read too slowly.",
		}, func() float64 { _, n := hub.Stats(); return float64(n) }),
	)
	return m
}

// observe counts a request under its route, not its path, so that the number
// of series stays bounded.
func (m *metrics) observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "unknown"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Metrics serves /metrics in Prometheus' text format. It is not part of the
// public handler: cmd/web gives it a listener of its own.
func (a *App) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}
