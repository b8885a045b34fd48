package table

import "strings"

// Likely is the name that was probably meant: the nearest one, if no more than
// a third of its letters differ.
func Likely(text string, names []string) string {
	best, least := "", len(text)
	for _, name := range names {
		if d := distance(strings.ToLower(text), strings.ToLower(name)); d < least && 3*d <= max(len(name), 3) {
			best, least = name, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed to make one
// text of the other (Levenshtein).
func distance(a, b string) int {
	if len(a) > 80 || len(b) > 80 {
		return max(len(a), len(b))
	}
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			cost := diagonal
			if r != s {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
