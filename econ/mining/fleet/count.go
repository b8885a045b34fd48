package fleet

import (
	"cmp"
	"slices"
	"strings"

	"switchyard/econ/mining"
)

// Count is how many units of a class stand in a building in a state.
type Count struct {
	Site     int64
	Building string
	Class    int64
	State    mining.State
	N        int
}

// Register is what the counts refer to, by id.
type Register struct {
	Counts  []Count
	Classes map[int64]mining.MachineClass
	Sites   map[int64]mining.SiteRecord
}

// Censuses count the machines of each class by state, in the order of the
// classes' names. A count of a class that is not known is left out.
func (r Register) Censuses() []mining.Census {
	by := make(map[int64]mining.Census)
	for _, c := range r.Counts {
		class, known := r.Classes[c.Class]
		if !known {
			continue
		}
		if _, begun := by[c.Class]; !begun {
			by[c.Class] = mining.Census{Class: class, Counts: make(map[mining.State]int)}
		}
		by[c.Class].Counts[c.State] += c.N
	}
	list := make([]mining.Census, 0, len(by))
	for _, c := range by {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b mining.Census) int { return strings.Compare(a.Class.Name, b.Class.Name) })
	return list
}

// Groups are the energised machines (running or curtailed) that can be switched
// together: those of one class in one building. Uptime is 1; what a pool takes,
// what starting costs and how long a stop lasts are for the caller to fill in.
func (r Register) Groups() []mining.Group {
	type key struct {
		site, class int64
		building    string
	}
	counts := make(map[key]int)
	for _, c := range r.Counts {
		if energised(c.State) {
			counts[key{c.Site, c.Class, c.Building}] += c.N
		}
	}
	list := make([]mining.Group, 0, len(counts))
	for k, n := range counts {
		class, site := r.Classes[k.class], r.Sites[k.site]
		if n == 0 || class.Name == "" || site.Name == "" {
			continue
		}
		name := strings.Join(strings.Fields(site.Name+" "+k.building), " ") + ", " + class.Name
		list = append(list, mining.Group{Name: name, Site: site.Name, Class: class, Count: n, Uptime: 1})
	}
	slices.SortFunc(list, func(a, b mining.Group) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// Loads are the machines for fleet efficiency (M9), at their nameplate: all that
// are deployed, on if they run.
func (r Register) Loads() []mining.Load {
	var list []mining.Load
	for _, c := range r.Counts {
		class, site := r.Classes[c.Class], r.Sites[c.Site]
		if len(class.Modes) == 0 || site.Name == "" || !Placed(c.State) {
			continue
		}
		list = append(list, mining.Load{Mode: class.Nameplate(), Count: c.N, PUE: site.PUE.Float64(), On: c.State == mining.Running})
	}
	return list
}

// States sums the counts by state.
func (r Register) States() map[mining.State]int {
	sums := make(map[mining.State]int)
	for _, c := range r.Counts {
		sums[c.State] += c.N
	}
	return sums
}

// Placed says whether a machine in the state stands in its place.
func Placed(s mining.State) bool {
	return energised(s) || s == mining.Deployed || s == mining.Repair
}

// energised says whether a machine in the state has power and is in order.
func energised(s mining.State) bool { return s == mining.Running || s == mining.Curtailed }
