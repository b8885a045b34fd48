package poolwire

import "strings"

// TxID is the id of a transaction of the chain, in lower case; empty if the text
// is none, as that of a transfer inside the pool.
func TxID(text string) string {
	id := strings.ToLower(strings.TrimSpace(text))
	if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id
}
