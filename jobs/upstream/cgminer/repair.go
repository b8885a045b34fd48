package cgminer

import "bytes"

// Repair makes JSON of what firmware sends: it ends the text at the first NUL,
// blanks raw control characters, drops commas that nothing follows or precedes,
// adds those missing between two values, quotes bare inf and nan, and adds
// the closing brackets a tail lacks. Text inside strings stays as it is. It never
// fails; what it cannot mend the parser refuses.
func Repair(raw []byte) []byte {
	if i := bytes.IndexByte(raw, 0); i >= 0 {
		raw = raw[:i]
	}
	r := repairer{out: make([]byte, 0, len(raw)+16)}
	for i := 0; i < len(raw); {
		i += r.take(raw[i:])
	}
	return r.end()
}

// repairer writes repaired text and knows what stands open in it.
type repairer struct {
	out  []byte
	open []byte // closing brackets owed, innermost last
	text bool   // within a string
}

// take repairs the beginning of rest and returns how many bytes it used.
func (r *repairer) take(rest []byte) int {
	c := rest[0]
	if r.text {
		return r.inString(rest)
	}
	switch {
	case c == ' ' || c < ' ':
		return 1
	case c == ',':
		if last := r.last(); last != 0 && last != '{' && last != '[' && last != ',' && last != ':' {
			r.out = append(r.out, c)
		}
		return 1
	case c == '}' || c == ']':
		r.close(c)
		return 1
	}
	switch c {
	case '{':
		r.separate()
		r.open = append(r.open, '}')
	case '[':
		r.separate()
		r.open = append(r.open, ']')
	case '"':
		r.separate()
		r.text = true
	case ':':
	default:
		return r.bare(rest)
	}
	r.out = append(r.out, c)
	return 1
}

// inString copies a piece of a string; a raw control character becomes a blank.
func (r *repairer) inString(rest []byte) int {
	switch c := rest[0]; {
	case c == '\\' && len(rest) > 1 && rest[1] >= ' ':
		r.out = append(r.out, c, rest[1])
		return 2
	case c == '\\': // a backslash at the end escapes nothing
		return 1
	case c == '"':
		r.text = false
		r.out = append(r.out, c)
	case c < ' ':
		r.out = append(r.out, ' ')
	default:
		r.out = append(r.out, c)
	}
	return 1
}

// bare copies a number or a word; inf and nan become strings.
func (r *repairer) bare(rest []byte) int {
	n := 0
	for n < len(rest) && isWord(rest[n]) {
		n++
	}
	if n == 0 { // a byte that JSON does not know: the parser says so
		r.out = append(r.out, rest[0])
		return 1
	}
	r.separate()
	word := rest[:n]
	if lower := string(bytes.ToLower(bytes.TrimLeft(word, "+-"))); lower == "inf" || lower == "infinity" || lower == "nan" {
		r.out = append(r.out, '"')
		r.out = append(r.out, word...)
		r.out = append(r.out, '"')
		return n
	}
	r.out = append(r.out, word...)
	return n
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '+' || c == '-' || c == '.' || c == '_'
}

func (r *repairer) last() byte {
	if len(r.out) == 0 {
		return 0
	}
	return r.out[len(r.out)-1]
}

// separate adds the comma that is missing between two values.
func (r *repairer) separate() {
	switch r.last() {
	case 0, '{', '[', ',', ':':
	default:
		r.out = append(r.out, ',')
	}
}

// dangling drops a comma or a key's colon that nothing followed.
func (r *repairer) dangling() {
	switch r.last() {
	case ',':
		r.out = r.out[:len(r.out)-1]
	case ':':
		r.out = append(r.out, "null"...)
	}
}

// close closes the innermost bracket. One of the wrong kind, or too many, is
// left out.
func (r *repairer) close(c byte) {
	n := len(r.open)
	if n == 0 || r.open[n-1] != c {
		return
	}
	r.dangling()
	r.out, r.open = append(r.out, c), r.open[:n-1]
}

// end closes what stands open at a truncated tail. A text or number that breaks
// off is left as it is, for the parser to refuse: the half of a number is another
// number.
func (r *repairer) end() []byte {
	if r.text || isWord(r.last()) {
		return r.out
	}
	r.dangling()
	for i := len(r.open) - 1; i >= 0; i-- {
		r.out = append(r.out, r.open[i])
	}
	return r.out
}
