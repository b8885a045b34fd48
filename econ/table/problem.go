package table

// MaxProblems is how many bad cells are named; the others are counted.
const MaxProblems = 500

// Problem is a cell that cannot be imported.
type Problem struct {
	Row    int
	Column string // as the package that checks it calls it, or as the file heads it
	Value  string
	What   string // what is wrong, a sentence
	Likely string // what was probably meant; empty: nobody knows
}

// Problems are the bad cells of a file: the first MaxProblems by name, and how
// many there are in all.
type Problems struct {
	List  []Problem
	Count int
}

// Add notes a bad cell. Its value is kept short enough to be shown.
func (p *Problems) Add(bad Problem) {
	if p.Count++; len(p.List) >= MaxProblems {
		return
	}
	if r := []rune(bad.Value); len(r) > 80 {
		bad.Value = string(r[:79]) + "…"
	}
	p.List = append(p.List, bad)
}
