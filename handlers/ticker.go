package handlers

import (
	"time"

	"switchyard/views"
	"switchyard/views/ui"
)

// The ticker's items, made alike for the page and for the live feed.

func btcItem(f priceFacts, topics ...views.Topic) views.TickerItem {
	return views.BTCItem(num(f.BTC, "no price yet"), fraction(change(f.BTC, f.BTCDay), "no price 24 hours ago"), topics...)
}

func peakItem(f priceFacts, topics ...views.Topic) views.TickerItem {
	distance := ui.None("no price yet")
	if f.BTC != nil && f.Peak != nil {
		distance = fraction(change(f.BTC, f.Peak), "no price yet")
	}
	return views.FromPeakItem(distance, topics...)
}

func hashpriceItem(f priceFacts, topics ...views.Topic) views.TickerItem {
	return views.HashpriceItem(num(f.HP, "no hashprice yet"), fraction(change(f.HP, f.HPDay), "no hashprice 24 hours ago"), topics...)
}

func difficultyItem(f networkFacts, now time.Time, topics ...views.Topic) views.TickerItem {
	return views.NextDifficultyItem(f.Adjustment, f.Missing, now, topics...)
}

// ticker is the ticker of a page, in its fixed order.
func (p *page) ticker() []views.TickerItem {
	return []views.TickerItem{
		btcItem(p.price, p.topics(keyBTC)...),
		peakItem(p.price, p.topics(keyBTC)...),
		hashpriceItem(p.price, p.topics(keyHashprice)...),
		difficultyItem(p.network, p.now, p.topics(topicBlock)...),
	}
}
