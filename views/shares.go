package views

import (
	"strconv"
	"time"

	"switchyard/views/ui"
)

// SharesPage is where links for outsiders are made and revoked.
type SharesPage struct {
	Shell    Shell
	Notice   string
	Sentence ui.Sentence
	Made     string // the address of a link just made, shown once; empty: none
	All      bool   // links of everybody, not the reader's own
	Shares   []ShareRow
	Form     *ui.FormSpec // nil: the reader may not make one
}

// ShareRow is a link that works.
type ShareRow struct {
	ID        int64
	Recipient string
	Pages     []string
	Maker     string
	Exports   bool
	Opened    int
	OpenedAt  time.Time // zero: never
	Ends      string
}

// SharePage is what the holder of a link sees before opening it. An empty
// recipient is a link that does not work.
type SharePage struct {
	Shell                    Shell
	Recipient, Maker, Action string
	Pages                    []string
	Ends                     string
	Exports                  bool
}

// Watermark says for whom the pages were opened, on each of them.
type Watermark struct {
	Recipient, Maker, Ends string
	Number                 int64
}

// String is the watermark in a sentence, as it stands in files and on paper.
func (w Watermark) String() string {
	return "Shared with " + w.Recipient + " by " + w.Maker + ", link " + strconv.FormatInt(w.Number, 10) + ", until " + w.Ends + "."
}
