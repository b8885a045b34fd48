package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"switchyard/econ/market"

	"switchyard/handlers/signin"
	"switchyard/jobs/notify"
	"switchyard/jobs/upstream/cgminer"
)

// prefix stands before every variable of the environment that is read.
const prefix = "SWITCHYARD_"

// Upstreams that may live elsewhere, in the order they are shown: those that
// push over a websocket too, and behind them those that do not.
var (
	streaming = [...]string{"mempool", "coinbase", "kraken", "bitstamp"}
	upstreams = append(streaming[:], "ercot", "luxor", "foundry", "braiins", "ocean", "ckpool", "f2pool", "viabtc", "antpool")
)

// Endpoint is where an outside party is reached; empty means its public
// address.
type Endpoint struct{ URL, WSURL string }

// Config is everything the environment decides. It is read once.
type Config struct {
	Addr           string // host:port to listen on; port 0 picks a free one
	PublicURL      *url.URL
	TrustedProxies []netip.Prefix
	MetricsAddr    string // empty: no metrics listener
	DatabaseURL    string // empty: the embedded server
	DirectURL      string // for locks, LISTEN and migrations when DatabaseURL is a pooler
	DataDir        string // embedded database, its secret and its log
	PGBin          string // directory with initdb and postgres; empty: found
	NodeModules    string // where npm put its packages, for the npm PostgreSQL
	Demo           bool
	Provider       *signin.OIDC   // nil: people sign in with passwords alone
	Mail           *notify.Mailer // nil: no mail server
	HooksPrivate   bool           // hooks may lead to addresses that are not public, and over plain http
	Secret         string         // empty with the embedded server: made in DataDir
	SealKeys       []signin.Key   // what seals keys of pools, the newest first; none: a key made from the secret
	LogLevel       slog.Level
	Upstream       map[string]Endpoint
	Telemetry      cgminer.Options // which machines may be asked and how
}

// World is the world this configuration shows.
func (c Config) World() market.World {
	if c.Demo {
		return market.Simulated
	}
	return market.Public
}

// LoadConfig reads the environment through lookup and checks it. Its error
// names every mistake at once.
func LoadConfig(environ []string) (Config, error) {
	env := newEnvironment(environ)
	c := Config{
		Addr:         env.text("ADDR", "127.0.0.1:8080"),
		MetricsAddr:  env.text("METRICS_ADDR", ""),
		DatabaseURL:  env.text("DATABASE_URL", ""),
		DirectURL:    env.text("DATABASE_DIRECT_URL", ""),
		DataDir:      env.text("DATA_DIR", "data"),
		PGBin:        env.text("PG_BIN", ""),
		NodeModules:  env.text("NODE_MODULES", "node_modules"),
		Secret:       env.text("SECRET", ""),
		Demo:         env.onOff("DEMO", true),
		HooksPrivate: env.onOff("HOOKS_PRIVATE", false),
		LogLevel:     env.logLevel("LOG_LEVEL", slog.LevelInfo),
		PublicURL:    env.httpURL("PUBLIC_URL"),
		Upstream:     make(map[string]Endpoint),
	}
	c.TrustedProxies = env.prefixes("TRUSTED_PROXIES")
	env.hostPort("ADDR", c.Addr)
	env.hostPort("METRICS_ADDR", c.MetricsAddr)
	env.postgresURL("DATABASE_URL", c.DatabaseURL)
	env.postgresURL("DATABASE_DIRECT_URL", c.DirectURL)
	for _, name := range upstreams {
		key := strings.ToUpper(name)
		e := Endpoint{URL: env.address(key+"_URL", "http", "https")}
		if slices.Contains(streaming[:], name) {
			e.WSURL = env.address(key+"_WS_URL", "ws", "wss")
		}
		c.Upstream[name] = e
		if c.Demo && c.Upstream[name] != (Endpoint{}) {
			env.mistake(key+"_URL", "is set, but the demo's world is simulated and never mixed with another; set "+prefix+"DEMO=off to use it")
		}
	}
	if c.DirectURL != "" && c.DatabaseURL == "" {
		env.mistake("DATABASE_DIRECT_URL", "is set without "+prefix+"DATABASE_URL")
	}
	if c.DatabaseURL != "" && len(c.Secret) < 32 {
		env.mistake("SECRET", "must have at least 32 characters with an outside database: the passwords of the database roles are made from it")
	}
	c.SealKeys = env.sealKeys("SEAL_KEYS")
	c.Telemetry = env.telemetry(c.Demo)
	c.Provider = env.provider(c)
	c.Mail = env.mailer()
	env.unknown()
	return c, env.err()
}

// environment reads variables and collects mistakes.
type environment struct {
	vars     map[string]string
	read     map[string]bool
	mistakes []error
}

func newEnvironment(environ []string) *environment {
	e := &environment{vars: make(map[string]string), read: make(map[string]bool)}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, prefix) {
			e.vars[strings.TrimPrefix(k, prefix)] = strings.TrimSpace(v)
		}
	}
	return e
}

func (e *environment) mistake(name, text string) {
	e.mistakes = append(e.mistakes, fmt.Errorf("%s%s %s", prefix, name, text))
}

func (e *environment) err() error { return errors.Join(e.mistakes...) }

func (e *environment) text(name, fallback string) string {
	e.read[name] = true
	if v := e.vars[name]; v != "" {
		return v
	}
	return fallback
}

func (e *environment) onOff(name string, fallback bool) bool {
	switch v := strings.ToLower(e.text(name, "")); v {
	case "":
		return fallback
	case "on", "true", "1", "yes":
		return true
	case "off", "false", "0", "no":
		return false
	default:
		e.mistake(name, fmt.Sprintf("is %q; say on or off", v))
		return fallback
	}
}

func (e *environment) logLevel(name string, fallback slog.Level) slog.Level {
	v := e.text(name, "")
	if v == "" {
		return fallback
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(v)); err != nil {
		e.mistake(name, fmt.Sprintf("is %q; say debug, info, warn or error", v))
		return fallback
	}
	return l
}

func (e *environment) hostPort(name, v string) {
	if v == "" {
		return
	}
	if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
		e.mistake(name, fmt.Sprintf("is %q; say host:port, for example 127.0.0.1:8080", v))
	}
}

func (e *environment) httpURL(name string) *url.URL {
	v := e.address(name, "http", "https")
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil {
		return nil // address has named the mistake
	}
	return u
}

// address checks that a variable is empty or an absolute URL of one of the
// schemes. Its text never repeats the value, which may hold a key.
func (e *environment) address(name string, schemes ...string) string {
	v := e.text(name, "")
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err == nil && u.Host != "" {
		for _, s := range schemes {
			if u.Scheme == s {
				return v
			}
		}
	}
	e.mistake(name, "is not an address that begins with "+strings.Join(schemes, ":// or ")+"://")
	return ""
}

func (e *environment) postgresURL(name, v string) {
	if v == "" {
		return
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || strings.Trim(u.Path, "/") == "" {
		e.mistake(name, "is not an address like postgres://user@host:5432/database")
	}
}

func (e *environment) prefixes(name string) []netip.Prefix {
	var list []netip.Prefix
	for part := range strings.SplitSeq(e.text(name, ""), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if p, err := netip.ParsePrefix(part); err == nil {
			list = append(list, p)
		} else if a, err := netip.ParseAddr(part); err == nil {
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
		} else {
			e.mistake(name, fmt.Sprintf("has %q, which is neither an address nor a network like 10.0.0.0/8", part))
		}
	}
	return list
}

// unknown names variables that nothing reads: most often a slip of the pen.
func (e *environment) unknown() {
	for name := range e.vars {
		if !e.read[name] && !strings.HasPrefix(name, "TEST_") && name != "SHARED_DATA" {
			e.mistake(name, "is not a setting")
		}
	}
}

// LogValue prints the configuration without secrets.
func (c Config) LogValue() slog.Value {
	database := "embedded in " + c.DataDir
	if c.DatabaseURL != "" {
		database = withoutPassword(c.DatabaseURL)
	}
	attrs := []slog.Attr{
		slog.String("addr", c.Addr), slog.String("database", database),
		slog.String("world", string(c.World())),
	}
	if c.MetricsAddr != "" {
		attrs = append(attrs, slog.String("metrics", c.MetricsAddr))
	}
	for _, name := range upstreams {
		if u := c.Upstream[name].URL; u != "" {
			attrs = append(attrs, slog.String(name, withoutPassword(u)))
		}
	}
	return slog.GroupValue(attrs...)
}

// withoutPassword shortens an address to what may be logged: scheme, user,
// host and path.
func withoutPassword(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(unreadable)"
	}
	user := ""
	if u.User != nil && u.User.Username() != "" {
		user = u.User.Username() + "@"
	}
	return u.Scheme + "://" + user + u.Host + u.Path
}
