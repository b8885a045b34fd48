package signin

// Occupy takes every slot until release.
func Occupy(h *Hasher) (release func()) {
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	return func() {
		for range cap(h.slots) {
			<-h.slots
		}
	}
}

// ParseHash is parseHash, for its fuzz target.
var ParseHash = parseHash
