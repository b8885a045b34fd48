package main

// row is one line of the table. Its limit is base times most where base names
// a benchmark that is measured beside it, else most.
type row struct {
	name  string
	bench string // package, a dot, benchmark
	unit  string // the metric of the benchmark; empty: ns/op
	base  string // within the same benchmark, the sub-benchmark to compare with
	most  float64
	why   string // what base is
	needs string // what a machine may lack, and then it is not measured; empty: nothing
}

// Nanoseconds.
const (
	ms     = 1e6
	second = 1e9
)

// packages are what is built and run, in this order.
var packages = [...]string{
	"db", "db/embedded", "db/dbtest", "handlers", "handlers/live", "views", "econ/market", "econ/mining", "econ/mining/pool",
	"jobs/upstream/kraken", "jobs/upstream/coinbase", "jobs/upstream/bitstamp", "jobs/upstream/mempool",
	"jobs/upstream/cgminer",
}

// rows is the table. The reason of every limit stands in docs/performance.md;
// change both.
func rows() []row {
	const (
		page    = 50 * ms
		instant = 100 * ms
		part    = page / 10
		formula = ms / 10
		shared  = 2 // a figure of a shared machine holds within this factor
	)
	return []row{
		{name: "store: a second of 6 values, published", bench: "db.InsertSecond/ours", base: "singly", most: shared, why: "6 bare upserts"},
		{name: "store: 5,000 new ticks", bench: "db.Insert5000/ours", base: "copy", most: shared * 420.0 / 152, why: "COPY"},
		{name: "store: 5,000 unchanged bars", bench: "db.UpsertUnchanged5000/ours", base: "copy", most: shared * 420.0 / 239, why: "COPY"},
		{name: "store: chart of 24 h", bench: "db.Chart/24h/ours", base: "query", most: 6, why: "bare query"},
		{name: "store: chart of 30 d", bench: "db.Chart/30d/ours", base: "query", most: 6, why: "bare query"},
		{name: "store: chart of 1 y", bench: "db.Chart/1y/ours", most: shared * 2.75 * ms},
		{name: "store: chart of 1 y, against raw minutes", bench: "db.Chart/1y/ours", base: "minutes", most: shared * 2.75 / 269, why: "date_bin"},
		{name: "store: chart of 1 y, 2,000 points", bench: "db.Chart/1y-wide/ours", base: "query", most: 6, why: "bare query"},
		{name: "store: roll-up of an hour", bench: "db.RollUp/hour/ours", base: "query", most: 6, why: "bare GROUP BY"},
		{name: "store: roll-up of a day", bench: "db.RollUp/day/ours", base: "query", most: 6, why: "bare GROUP BY"},
		{name: "store: tick to listener", bench: "db.Publish/ours", base: "notify", most: 6, why: "INSERT and NOTIFY"},
		{name: "store: fleet of 200,000, first page", bench: "db.Fleet/first", most: instant},
		{name: "store: fleet of 200,000, page at nine tenths", bench: "db.Fleet/far", base: "first", most: shared, why: "first page"},
		{name: "store: fleet of 200,000, by place, at nine tenths", bench: "db.Fleet/place-far", base: "place", most: shared, why: "first page"},
		{name: "store: fleet of 200,000, filter", bench: "db.Fleet/filter", most: instant},
		{name: "store: fleet of 200,000, filter of one", bench: "db.Fleet/filter-one", most: instant},
		{name: "store: fleet of 200,000, sort by place", bench: "db.Fleet/place", most: instant},
		{name: "store: fleet of 200,000, sort and filter", bench: "db.Fleet/place-filter", most: instant},
		{name: "store: fleet of 200,000, sort by time and filter", bench: "db.Fleet/since-filter", most: instant},
		{name: "store: fleet of 200,000, search by serial", bench: "db.Fleet/search-serial", most: instant},
		{name: "store: fleet of 200,000, search by address", bench: "db.Fleet/search-address", most: instant},
		{name: "store: fleet of 200,000, search by MAC", bench: "db.Fleet/search-mac", most: instant},
		{name: "store: fleet of 200,000, those of a filter counted", bench: "db.Fleet/count-filter", most: instant},
		{name: "store: fleet of 200,000, counts", bench: "db.Fleet/counts", most: instant / 10},
		{name: "store: file of 10,000 units", bench: "db.FleetImport", most: second},
		{name: "store: file of 35,040 power prices", bench: "db.PowerFile", most: second},
		{name: "store: 100,000 workers of pools", bench: "db.PoolWorkers/ours", base: "bare", most: 1 / 0.6, why: "bare upserts"},
		{name: "store: pools page, 20 accounts", bench: "db.PoolPages/accounts", most: page},
		{name: "store and judge: 30 days of 20 accounts", bench: "handlers.JudgeTwentyAccounts", most: page},
		{name: "store: page of 100,000 workers", bench: "db.PoolPages/workers", most: page},
		{name: "store: page of workers at nine tenths", bench: "db.PoolPages/far", base: "workers", most: shared, why: "first page"},
		{name: "store: page of dark workers", bench: "db.PoolPages/dark", most: page},
		{name: "store: page of a site's dark workers", bench: "db.PoolPages/site", most: page},
		{name: "store: search of 100,000 workers", bench: "db.PoolPages/search", most: page},
		{name: "embedded: first start, with initdb", bench: "db/embedded.Start/cold", most: second},
		{name: "embedded: later start", bench: "db/embedded.Start/warm", most: second},
		{name: "tests: clone of a database", bench: "db/dbtest.Clone", most: shared * 23 * ms},

		{name: "page: overview", bench: "handlers.Page/overview/ours", most: page},
		{name: "page: overview, against its statements", bench: "handlers.Page/overview/ours", base: "bare", most: 3, why: "bare handler"},
		{name: "page: mining", bench: "handlers.Page/mining/ours", most: page},
		{name: "page: mining, against its statements", bench: "handlers.Page/mining/ours", base: "bare", most: 3, why: "bare handler"},
		{name: "page: mining over 1 y", bench: "handlers.Page/mining-1y/ours", most: page},
		{name: "page: mining over 1 y, against its statements", bench: "handlers.Page/mining-1y/ours", base: "bare", most: 3, why: "bare handler"},
		{name: "page: mining with gzip", bench: "handlers.Page/mining/gzip", base: "ours", most: 57.0 / 29, why: "without gzip"},
		{name: "API: series of 24 h", bench: "handlers.Page/series/ours", most: page},
		{name: "API: series of 24 h, against its statements", bench: "handlers.Page/series/ours", base: "bare", most: 3, why: "bare handler"},

		{name: "page: data of 68,000 units", bench: "handlers.FleetData/page", most: page},
		{name: "page: data of 68,000 units, searched", bench: "handlers.FleetData/search", most: page},
		{name: "file: 68,000 units, CSV", bench: "handlers.FleetData/csv", most: second},
		{name: "file: 68,000 units, XLSX", bench: "handlers.FleetData/xlsx", most: 2 * second},

		{name: "session and permission", bench: "handlers.Session", most: ms / 2},
		{name: "live: tick stored to event at a browser", bench: "handlers.TickToBrowser", most: instant},
		{name: "live: hashprice stored to merit order drawn", bench: "handlers.TickToMeritOrder", most: second, needs: "Chromium"},
		{name: "live: event into 1,000 queues", bench: "handlers/live.Hub", most: 10 * ms},
		{name: "live: event to the last of 1,000 browsers", bench: "handlers/live.FanOut/ours", base: "loop", most: 2, why: "writing in a loop"},
		{name: "live: memory of a socket", bench: "handlers/live.FanOut/ours", unit: "B/socket", most: 21_000},

		{name: "view: overview", bench: "views.Render/overview", most: part},
		{name: "view: mining", bench: "views.Render/mining", most: part},
		{name: "view: sources and jobs", bench: "views.Render/admin", most: part},

		{name: "formula: next adjustment", bench: "econ/market.Formulas/NextAdjustment", most: formula},
		{name: "formula: next halving", bench: "econ/market.Formulas/NextHalving", most: formula},
		{name: "formula: observed hashrate", bench: "econ/market.Formulas/ObservedHashrate", most: formula},
		{name: "formula: hashprice", bench: "econ/market.Formulas/Hashprice", most: formula},
		{name: "formula: next bits", bench: "econ/market.Formulas/NextBits", most: formula},
		{name: "formula: median of venues", bench: "econ/market.Formulas/MedianOfVenues", most: formula},
		{name: "formula: 86,400 values to 480 points", bench: "econ/market.Downsample", most: part},
		{name: "formula: merit order of 500 classes over 8,760 hours", bench: "econ/mining.MeritOrder/rule", most: page},
		{name: "formula: machines of 100,000 workers' names", bench: "econ/mining/pool.Match", most: second},
		{name: "formula: the same, power in two tiers", bench: "econ/mining.MeritOrder/tiers", most: page},

		{name: "upstream: Kraken messages", bench: "jobs/upstream/kraken.Decode/ours", base: "json", most: 3, why: "parsing"},
		{name: "upstream: Coinbase messages", bench: "jobs/upstream/coinbase.Decode/ours", base: "json", most: 3, why: "parsing"},
		{name: "upstream: Bitstamp messages", bench: "jobs/upstream/bitstamp.Decode/ours", base: "json", most: 3, why: "parsing"},
		{name: "upstream: mempool blocks", bench: "jobs/upstream/mempool.Decode/ours", base: "json", most: 3, why: "parsing"},

		{name: "telemetry: cycle of 2,000 machines, 5 % dead or garbling", bench: "jobs/upstream/cgminer.Cycle", most: 60 * second},
		{name: "telemetry: 2,000 readings stored", bench: "db.StoreCycle", most: second},

		{name: "client: script, gzip", bench: "static.app.js", unit: "B", most: 60_000},
		{name: "client: style, gzip", bench: "static.app.css", unit: "B", most: 20_000},
	}
}
