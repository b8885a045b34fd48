package handlers

// FigureIDs lists the ids of all figures, for the tests that hold the matrix
// against the registry.
func (a *App) FigureIDs() []string {
	var ids []string
	for _, f := range a.figures() {
		ids = append(ids, f.id)
	}
	return ids
}
