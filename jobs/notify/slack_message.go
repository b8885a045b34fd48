package notify

import (
	"strings"
	"unicode/utf16"
)

// What Slack takes, in characters as it counts them (UTF-16) after escaping.
const (
	slackHeader  = 150
	slackSection = 3000
	slackLink    = 2000 // half a link leads nowhere, so a longer one is left out
	slackFields  = 10   // in one section
	slackField   = 2000
)

// slackPost is a message. Text stands where blocks are not shown.
type slackPost struct {
	Text   string       `json:"text"`
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Fields   []slackText `json:"fields,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// slackMessage writes a notice in Slack's blocks: title, text with a link,
// facts in two columns, time.
func slackMessage(n Notice) slackPost {
	p := slackPost{Text: escape(n.heading(), slackSection)}
	p.Blocks = append(p.Blocks, slackBlock{Type: "header", Text: &slackText{"plain_text", escape(n.heading(), slackHeader)}})
	link := ""
	if to := escape(n.URL, slackSection); n.URL != "" && len(to) <= slackLink {
		link = "<" + to + "|Open>"
	}
	text := escape(n.Text, slackSection-len(link)-1)
	if text != "" && link != "" {
		text += "\n"
	}
	if text += link; text != "" {
		p.Blocks = append(p.Blocks, slackBlock{Type: "section", Text: &slackText{"mrkdwn", text}})
	}
	for rest := n.Fields; len(rest) > 0; {
		count := min(len(rest), slackFields)
		var fields []slackText
		for _, f := range rest[:count] {
			text := escape(f.Value, slackField/2)
			if f.Name != "" {
				text = "*" + escape(f.Name, slackField/2-3) + "*\n" + text
			}
			fields = append(fields, slackText{"mrkdwn", text})
		}
		p.Blocks = append(p.Blocks, slackBlock{Type: "section", Fields: fields})
		rest = rest[count:]
	}
	p.Blocks = append(p.Blocks, slackBlock{Type: "context", Elements: []slackText{{"mrkdwn", n.stamp()}}})
	return p
}

// escape writes text so that Slack sees no link, no mention and no entity in
// it, and keeps as much as fits the limit.
func escape(text string, limit int) string {
	var b strings.Builder
	used := 0
	for i, r := range text {
		piece := string(r)
		switch r {
		case '&':
			piece = "&amp;"
		case '<':
			piece = "&lt;"
		case '>':
			piece = "&gt;"
		}
		size := max(len(piece), utf16.RuneLen(r))
		if r > 0x7F {
			size = utf16.RuneLen(r)
		}
		if used+size > limit-1 && i+len(string(r)) < len(text) || used+size > limit {
			b.WriteString("…")
			break
		}
		used += size
		b.WriteString(piece)
	}
	return b.String()
}
