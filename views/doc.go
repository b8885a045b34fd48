// Package views draws pages. Each page is one XPage struct of raw facts
// (numbers, times, rows) and one component of the same noun that renders it:
// OverviewPage and Overview, MiningLivePage and MiningLive. The handler loads
// and computes; the view words, formats (through views/format only) and draws.
//
// A fact that is missing says why (ui.Num.Why, ui.Problem): the page prints an
// en dash and the reason, never a stand-in number. Nothing here reads a clock:
// "now" is Shell.Now.
//
// Texts that change while a page is open carry an id (data-text). The same
// builders make them for the page and for the live feed: TickerItem.Texts,
// MarketRow.Texts and NetworkFigure.Texts return what a topic must send, so a
// pushed text is the text that a reload would show.
package views
