package fleet

import "strings"

// What a search term is the beginning of.
const (
	BySerial  = "serial"
	ByMAC     = "mac"
	ByAddress = "address"
)

// Term reads what somebody searches for: with a colon it begins a MAC, with
// digits and points alone an address, else a serial number. It returns the
// column and the beginning as the register writes it.
func Term(text string) (column, prefix string) {
	text = strings.TrimSpace(text)
	switch {
	case strings.Contains(text, ":"):
		return ByMAC, strings.ToLower(text)
	case strings.Contains(text, ".") && strings.Trim(text, "0123456789.") == "":
		return ByAddress, text
	default:
		return BySerial, strings.ToUpper(text)
	}
}
