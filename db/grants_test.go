package db_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/ops"
)

// The roles in the order of the columns below.
var grantRoles = []string{"auth", "jobs", "executive", "mining", "business", "finance", "admin", "reader"}

// The verbs by letter. What is not here, no role may do to any table.
var verbs = map[rune]string{'s': "SELECT", 'i': "INSERT", 'u': "UPDATE", 'd': "DELETE"}

// Every table and what each role may do with it; - is nothing. A table that is
// not listed fails the test.
var grants = map[string]string{
	//                     auth jobs executive mining business finance admin reader
	"ai.customer":              "-    -    s         -      si       -       -     s",
	"core.alert":               "-    siud s         s      s        s       s     -",
	"core.alert_rule":          "-    s    si        si     si       si      si    -",
	"core.alert_state":         "-    siud -         -      -        -       -     -",
	"core.api_token":           "siu  -    -         -      -        -       s     -",
	"core.attempt":             "siud sd   -         -      -        -       -     -",
	"core.audit":               "-    s    -         -      -        -       s     -",
	"core.audit_seal":          "-    si   -         -      -        -       s     -",
	"core.channel":             "-    s    -         -      -        -       si    -",
	"core.credential":          "siu  -    -         -      -        -       -     -",
	"core.identity":            "sid  -    -         -      -        -       -     -",
	"core.job":                 "-    siud s         s      s        s       s     s",
	"core.job_request":         "-    siud s         -      -        -       si    -",
	"core.job_run":             "-    siud s         s      s        s       s     s",
	"core.link":                "siu  sd   -         -      -        -       siu   -",
	"core.migration":           "-    -    -         -      -        -       -     -",
	"core.outbox":              "-    siud s         s      s        s       si    -",
	"core.person":              "si   s    -         -      -        -       siu   -",
	"core.progress":            "-    siud s         s      s        s       s     s",
	"core.proposal":            "-    -    si        si     si       si      si    -",
	"core.recovery_code":       "sid  -    -         -      -        -       -     -",
	"core.session":             "siu  sd   -         -      -        -       s     -",
	"core.setting":             "s    s    s         s      s        s       siu   s",
	"core.share":               "siu  s    -         -      -        -       s     -",
	"core.source":              "-    siud s         s      s        s       s     s",
	"core.topic":               "-    s    s         s      s        s       s     s",
	"core.visit":               "siu  sd   -         -      -        -       -     -",
	"core.world":               "s    s    s         s      s        s       s     s",
	"finance.account":          "-    -    s         -      -        si      -     s",
	"finance.balance":          "-    -    s         -      -        si      -     s",
	"fork.headline":            "-    -    s         s      s        s       -     -",
	"market.block":             "-    siud s         s      s        s       s     s",
	"market.dirty":             "-    siud -         -      -        -       -     -",
	"market.point_day":         "-    siu  s         s      s        s       s     s",
	"market.point_hour":        "-    siu  s         s      s        s       s     s",
	"market.point_minute":      "-    siu  s         s      s        s       s     s",
	"core.quarantine":          "-    siud s         s      -        -       s     -",
	"market.series":            "-    siu  s         s      s        s       s     s",
	"market.tick":              "-    si   s         s      s        s       s     s",
	"mining.month":             "-    -    s         si     -        -       -     s",
	"mining.pool_account":      "-    s    s         si     -        -       -     s",
	"mining.pool_booking":      "-    -    s         si     -        -       -     s",
	"mining.pool_chain":        "-    siu  s         s      -        -       -     s",
	"mining.pool_earning":      "-    si   s         s      -        -       -     s",
	"mining.pool_key":          "-    s    -         iu     -        -       -     -",
	"mining.pool_month":        "-    -    s         si     -        -       -     s",
	"mining.pool_payout":       "-    si   s         s      -        -       -     s",
	"mining.pool_remark":       "-    -    s         si     -        -       -     s",
	"mining.pool_state":        "-    siud s         s      -        -       -     s",
	"mining.pool_worker":       "-    siud s         s      -        -       -     s",
	"mining.pool_worker_count": "-  siud s         s      -        -       -     s",
	"mining.pool_worker_day":   "-    siud s         s      -        -       -     s",
	"mining.power_contract":    "-    -    s         si     -        -       -     s",
	"mining.followed_point":    "-    s    s         s      -        -       -     s",
	"mining.curtailment":       "-    -    s         si     -        -       -     s",
	"mining.power_document":    "-    siud -         -      -        -       -     -",
	"mining.power_price":       "-    siu  s         siu    -        -       -     s",
	"mining.practice":          "-    -    s         si     -        -       -     s",
	"mining.site":              "-    s    s         si     -        -       -     s",
	"mining.import":            "-    -    s         si     -        -       -     s",
	"mining.import_draft":      "-    -    -         sid    -        -       -     -",
	"mining.machine_class":     "-   s    s         si     -        -       -     s",
	"mining.machine_mode":      "-    s    s         si     -        -       -     s",
	"mining.unit":              "-    s    s         si     -        -       -     s",
	"mining.unit_count":        "-    -    s         s      -        -       -     s",
	"mining.unit_event":        "-    -    s         si     -        -       -     s",
	"mining.dirty":             "-    siud -         -      -        -       -     -",
	"mining.point_day":         "-    siu  s         s      -        -       -     s",
	"mining.point_hour":        "-    siu  s         s      -        -       -     s",
	"mining.point_minute":      "-    siu  s         s      -        -       -     s",
	"mining.seen_hours":        "-    siu  s         s      -        -       -     s",
	"mining.series":            "-    siu  s         s      -        -       -     s",
	"mining.telemetry_cycle":   "-    siu  s         s      -        -       -     s",
	"mining.tick":              "-    si   s         s      -        -       -     s",
	"mining.unit_reading":      "-    siud s         s      -        -       -     s",
}

// The columns that a role may change where it may not change the whole row.
var columns = map[string]string{
	"auth core.person":             "seen_at",
	"admin core.share":             "revoked_at",
	"mining mining.practice":       "known_to",
	"mining mining.pool_account":   "known_to",
	"mining mining.pool_booking":   "known_to",
	"mining mining.pool_month":     "known_to",
	"mining mining.pool_remark":    "known_to",
	"jobs mining.pool_earning":     "known_to",
	"jobs mining.pool_key":         "seal_id sealed",
	"jobs mining.pool_payout":      "known_to",
	"mining mining.power_contract": "known_to",
	"mining mining.curtailment":    "known_to",
	"mining mining.site":           "known_to",
	"mining mining.month":          "known_to",
	"business ai.customer":         "known_to",
	"finance finance.account":      "known_to",
	"finance finance.balance":      "known_to",
	"executive core.alert":         "acknowledged_at acknowledged_by",
	"executive core.alert_rule":    "known_to",
	"executive core.proposal":      "decider_id decider decided_at decision",
	"mining core.alert":            "acknowledged_at acknowledged_by",
	"mining core.alert_rule":       "known_to",
	"mining core.proposal":         "decider_id decider decided_at decision",
	"business core.alert":          "acknowledged_at acknowledged_by",
	"business core.alert_rule":     "known_to",
	"business core.proposal":       "decider_id decider decided_at decision",
	"finance core.alert":           "acknowledged_at acknowledged_by",
	"finance core.alert_rule":      "known_to",
	"finance core.proposal":        "decider_id decider decided_at decision",
	"admin core.alert":             "acknowledged_at acknowledged_by",
	"admin core.alert_rule":        "known_to",
	"jobs core.channel":            "disabled_at why beat_at",
	"admin core.channel":           "disabled_at why",
	"admin core.session":           "ended_at",
	"admin core.proposal":          "decider_id decider decided_at decision",
	"admin core.api_token":         "revoked_at",
	"mining mining.machine_class":  "known_to",
	"mining mining.unit":           "mac class_id site_id building aisle rack slot address state since note known_from who",
}

// Every function of ours and which roles may call it.
var functions = map[string]string{
	//                         auth jobs executive mining business finance admin reader
	"core.ask":                 "x    -    -         -      -        -       -     -",
	"core.drop_partition":      "-    x    -         -      -        -       -     -",
	"core.end_rules":           "-    -    -         -      -        -       x     -",
	"core.ensure_partition":    "-    x    -         -      -        -       -     -",
	"core.hears":               "-    -    x         x      x        x       -     -",
	"core.holders":             "-    -    x         x      x        x       x     -",
	"core.make_series_tables":  "-    -    -         -      -        -       -     -",
	"core.publish":             "x    x    x         x      x        x       x     -",
	"core.record":              "x    x    x         x      x        x       x     -",
	"core.sees":                "-    x    x         x      x        x       x     x",
	"mining.count_moved_units": "-   -    -         -      -        -       -     -",
	"mining.count_new_units":   "-    -    -         -      -        -       -     -",
}

const (
	ourSchemas = `('core', 'market', 'mining', 'ai', 'finance', 'fork', 'public')`
	sqlTables  = `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ` + ourSchemas + ` AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition ORDER BY 1`
	sqlPartitionRights = `SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a
 WHERE c.relispartition AND c.relkind = 'r' AND a.grantee <> c.relowner`
	sqlColumnRights = `SELECT coalesce(array_agg(attname::text ORDER BY attnum), '{}') FROM pg_attribute
 WHERE attrelid = $2::text::regclass AND attnum > 0 AND has_column_privilege($1, attrelid, attnum, 'UPDATE')`
	sqlFunctions = `SELECT n.nspname || '.' || p.proname AS name, p.oid::regprocedure::text AS signature, p.prosecdef AS definer,
       coalesce(p.proconfig, '{}') AS config
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ` + ourSchemas + ` ORDER BY 1`
)

func TestEveryTableRoleAndVerb(t *testing.T) {
	_, cfg := dbtest.New(t)
	conn := connect(t, cfg.URL)
	rows, err := conn.Query(t.Context(), sqlTables)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) != len(grants) {
		t.Errorf("%d tables are there and %d are listed", len(tables), len(grants))
	}
	for _, table := range tables {
		line, listed := grants[table]
		if !listed {
			t.Errorf("table %s is not listed", table)
			continue
		}
		cells := strings.Fields(line)
		for i, role := range grantRoles {
			for letter, verb := range verbs {
				got := value[bool](t, conn, "SELECT has_table_privilege($1, $2, $3)", "switchyard_"+role, table, verb)
				if want := strings.ContainsRune(cells[i], letter); got != want {
					t.Errorf("%s may %s %s: got %v, want %v", role, verb, table, got, want)
				}
			}
			var partly []string
			if value[bool](t, conn, "SELECT has_any_column_privilege($1, $2, 'UPDATE')", "switchyard_"+role, table) && !strings.ContainsRune(cells[i], 'u') {
				partly = value[[]string](t, conn, sqlColumnRights, "switchyard_"+role, table)
			}
			if want := columns[role+" "+table]; strings.Join(partly, " ") != want {
				t.Errorf("%s may change %v of %s, want %q", role, partly, table, want)
			}
			for _, verb := range []string{"TRUNCATE", "REFERENCES", "TRIGGER"} {
				if value[bool](t, conn, "SELECT has_table_privilege($1, $2, $3)", "switchyard_"+role, table, verb) {
					t.Errorf("%s may %s %s", role, verb, table)
				}
			}
		}
	}
	rows, err = conn.Query(t.Context(), sqlPartitionRights)
	if err != nil {
		t.Fatal(err)
	}
	if open, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(open) > 0 {
		t.Errorf("partitions with rights of their own: %v, %v", open, err)
	}
}

func TestEveryFunctionAndRole(t *testing.T) {
	_, cfg := dbtest.New(t)
	conn := connect(t, cfg.URL)
	rows, err := conn.Query(t.Context(), sqlFunctions)
	if err != nil {
		t.Fatal(err)
	}
	type function struct {
		Name, Signature string
		Definer         bool
		Config          []string
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[function])
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(functions) {
		t.Errorf("%d functions are there and %d are listed", len(found), len(functions))
	}
	for _, f := range found {
		cells := strings.Fields(functions[f.Name])
		if len(cells) == 0 {
			t.Errorf("function %s is not listed", f.Name)
			continue
		}
		for i, role := range grantRoles {
			got := value[bool](t, conn, "SELECT has_function_privilege($1, $2, 'EXECUTE')", "switchyard_"+role, f.Signature)
			if want := cells[i] == "x"; got != want {
				t.Errorf("%s may call %s: got %v, want %v", role, f.Name, got, want)
			}
		}
		if f.Definer && !slices.Contains(f.Config, "search_path=pg_catalog") {
			t.Errorf("%s runs with its owner's rights and the caller's search path", f.Name)
		}
	}
}

// Who may enter a room; everybody enters core.
var doors = map[string]string{
	"market":  " jobs executive mining business finance admin reader ",
	"mining":  " jobs executive mining reader ",
	"ai":      " executive business reader ",
	"finance": " executive finance reader ",
	"fork":    " executive mining business finance ",
}

func TestNoRoleMakesTablesOrEntersAnotherRoom(t *testing.T) {
	_, cfg := dbtest.New(t)
	conn := connect(t, cfg.URL)
	for _, role := range grantRoles {
		for _, schema := range []string{"core", "market", "mining", "ai", "finance", "fork", "public"} {
			if value[bool](t, conn, "SELECT has_schema_privilege($1, $2, 'CREATE')", "switchyard_"+role, schema) {
				t.Errorf("%s may make tables in %s", role, schema)
			}
			got := value[bool](t, conn, "SELECT has_schema_privilege($1, $2, 'USAGE')", "switchyard_"+role, schema)
			if want := schema == "core" || strings.Contains(doors[schema], " "+role+" "); got != want {
				t.Errorf("%s may enter %s: got %v, want %v", role, schema, got, want)
			}
		}
		if value[bool](t, conn, "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = $1", "switchyard_"+role) {
			t.Errorf("%s has a right of an administrator of the server", role)
		}
	}
}

// Rows of core that carry a unit's data are seen by its role, and not by the
// other unit's.
func TestRowsOfAUnitAreSeenByItsRolesAlone(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	rooms := []string{"market", "mining", "ai", "finance", "fork", "core"}
	var sources []ops.Source
	for _, room := range rooms {
		sources = append(sources, ops.Source{Name: room, Room: room, Title: room, Feeds: room, Cadence: time.Second})
		if _, err := s.StartRun(t.Context(), room+".job", room); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeclareSources(t.Context(), sources); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[access.Role]string{
		access.Executive: "ai core finance fork market mining",
		access.Mining:    "market mining",
		access.Business:  "ai market",
		access.Finance:   "finance market",
		access.Admin:     "core market",
		access.Share:     "market",
	} {
		list, err := d.As(role).Sources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, src := range list {
			got = append(got, src.Room)
		}
		slices.Sort(got)
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s sees the sources of %s, want %s", role, g, want)
		}
		runs, err := d.As(role).Runs(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		got = nil
		for _, r := range runs {
			got = append(got, r.Room)
		}
		slices.Sort(got)
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s sees the runs of %s, want %s", role, g, want)
		}
	}
	if _, err := d.Auth().Sources(t.Context()); err == nil {
		t.Error("sources are read before a role is known")
	}
	var refused []ops.Refused
	for _, room := range rooms {
		refused = append(refused, ops.Refused{Room: room, Source: room, At: time.Now(), Check: "it is wrong", Body: "what only " + room + " may know"})
	}
	if err := s.Quarantine(t.Context(), refused); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[access.Role]int{access.Executive: 6, access.Mining: 2, access.Admin: 2} {
		if list, err := d.As(role).QuarantineList(t.Context(), 100); err != nil || len(list) != want {
			t.Errorf("%s sees %d refused rows (%v), want %d", role, len(list), err, want)
		}
	}
}
