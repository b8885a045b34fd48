package fleet

import (
	"regexp"
	"strings"
)

// macBegin is the beginning of a MAC behind its first colon.
var macBegin = regexp.MustCompile(`^[0-9a-fA-F]{2}:([0-9a-fA-F]{2}:)*[0-9a-fA-F]{0,2}$`)

// What a search term is the beginning of.
const (
	BySerial  = "serial"
	ByMAC     = "mac"
	ByAddress = "address"
)

// Term reads what somebody searches for: pairs of digits with colons begin a MAC,
// other colons and digits with points alone an address, else it is a serial
// number. It returns the column and the beginning as the register writes it.
func Term(text string) (column, prefix string) {
	text = strings.TrimSpace(text)
	switch {
	case macBegin.MatchString(text):
		return ByMAC, strings.ToLower(text)
	case strings.Contains(text, ":"):
		return ByAddress, strings.ToLower(text)
	case strings.Contains(text, ".") && strings.Trim(text, "0123456789.") == "":
		return ByAddress, text
	default:
		return BySerial, strings.ToUpper(text)
	}
}
