package simulate

import (
	"math"
	"time"

	"switchyard/econ/market"
)

// bias is how far a venue stands from the world's price, as a fraction.
var bias = map[string]float64{"coinbase": 1.2e-4, "kraken": -0.6e-4, "bitstamp": -1.6e-4}

// venueJitter is the standard deviation of a venue's own noise, in USD.
const venueJitter = 2.0

// Price is the world's price of bitcoin at an instant, in USD.
func (w *World) Price(t time.Time) float64 { return w.prices.at(t) }

// VenuePrice is what a venue quotes in the second that holds t, in USD to the
// cent.
func (w *World) VenuePrice(venue string, t time.Time) float64 {
	return w.venueAt(venue, t.Truncate(time.Second), w.noise.normal(streamVenue, venueID(venue), t.Unix())*venueJitter)
}

func (w *World) venueAt(venue string, t time.Time, own float64) float64 {
	return math.Round((w.prices.at(t)*(1+bias[venue])+own)*100) / 100
}

// venueID tells venues apart in a stream of noise.
func venueID(venue string) int64 {
	id := int64(0)
	for _, b := range []byte(venue) {
		id = id*31 + int64(b)
	}
	return id
}

// VenueCandle is a venue's candle of one width that begins at start. A minute
// is made of the venue's quotes of its sixty seconds. An hour is made of the
// quotes without the venue's own noise at the beginning of each minute and in
// the last second; wider ones are the merge of their hours.
func (w *World) VenueCandle(venue string, width time.Duration, start time.Time) market.Candle {
	start = start.UTC().Truncate(width)
	c := market.Candle{T: start, Low: math.Inf(1)}
	add := func(o, h, l, last float64) {
		if math.IsInf(c.Low, 1) {
			c.Open = o
		}
		c.High, c.Low, c.Close = max(c.High, h), min(c.Low, l), last
	}
	switch {
	case width < time.Hour:
		for t := start; t.Before(start.Add(width)); t = t.Add(time.Second) {
			v := w.VenuePrice(venue, t)
			add(v, v, v, v)
		}
	case width == time.Hour:
		for t := start; t.Before(start.Add(width)); t = t.Add(time.Minute) {
			v := w.venueAt(venue, t, 0)
			add(v, v, v, v)
		}
		v := w.venueAt(venue, start.Add(width-time.Second), 0)
		add(v, v, v, v)
	default:
		for t := start; t.Before(start.Add(width)); t = t.Add(time.Hour) {
			h := w.VenueCandle(venue, time.Hour, t)
			add(h.Open, h.High, h.Low, h.Close)
		}
	}
	c.Volume = math.Round(width.Minutes()*(0.5+w.noise.exponential(streamVenue, venueID(venue), start.Unix(), 1))*1e6) / 1e6
	return c
}
