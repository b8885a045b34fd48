package main

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"switchyard/econ/market"
)

func TestConfigNeedsNoSettings(t *testing.T) {
	c, err := LoadConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || !c.Demo || c.World() != market.Simulated || c.DatabaseURL != "" {
		t.Errorf("got %+v", c)
	}
}

func TestConfigNamesEveryMistakeAtOnce(t *testing.T) {
	_, err := LoadConfig([]string{
		"SWITCHYARD_ADDR=8080",
		"SWITCHYARD_DEMO=maybe",
		"SWITCHYARD_KRAKEN_URL=ftp://x",
		"SWITCHYARD_TRUSTED_PROXIES=10.0.0.0/8, nonsense",
		"SWITCHYARD_DATABASE_URL=mysql://x/y",
		"SWITCHYARD_LOG_LEVEL=loud",
		"SWITCHYARD_ADRR=x",
		"PATH=/bin",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"SWITCHYARD_ADDR is", "SWITCHYARD_DEMO is", "SWITCHYARD_KRAKEN_URL is not", "nonsense",
		"SWITCHYARD_DATABASE_URL is not", "SWITCHYARD_SECRET must", "SWITCHYARD_LOG_LEVEL is", "SWITCHYARD_ADRR is not a setting",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not name %q:\n%v", want, err)
		}
	}
	if got := strings.Count(err.Error(), "\n") + 1; got != 8 {
		t.Errorf("got %d mistakes, want 8:\n%v", got, err)
	}
}

func TestDemoRefusesRealUpstreams(t *testing.T) {
	if _, err := LoadConfig([]string{"SWITCHYARD_MEMPOOL_URL=https://mempool.example"}); err == nil {
		t.Error("the simulated world took a public source")
	}
	c, err := LoadConfig([]string{"SWITCHYARD_DEMO=off", "SWITCHYARD_MEMPOOL_URL=https://mempool.example", "SWITCHYARD_MEMPOOL_WS_URL=wss://mempool.example/api/v1/ws"})
	if err != nil {
		t.Fatal(err)
	}
	if c.World() != market.Public || c.Upstream["mempool"].WSURL == "" {
		t.Errorf("got %+v", c)
	}
}

func TestConfigIsPrintedWithoutSecrets(t *testing.T) {
	secret := strings.Repeat("s3cr3t", 8)
	c, err := LoadConfig([]string{
		"SWITCHYARD_DEMO=off",
		"SWITCHYARD_DATABASE_URL=postgres://app:hunter2@db.example:5432/switchyard?password=hunter3",
		"SWITCHYARD_SECRET=" + secret,
		"SWITCHYARD_KRAKEN_URL=https://u:hunter4@kraken.example/?key=hunter5",
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("configured", "config", c)
	if s := out.String(); strings.Contains(s, "hunter") || strings.Contains(s, secret) {
		t.Errorf("a secret is printed: %s", s)
	}
	if !strings.Contains(out.String(), "app@db.example:5432/switchyard") {
		t.Errorf("the database is not named: %s", out.String())
	}
}

func TestTheProviderIsReadWholeOrItsMistakesAreNamed(t *testing.T) {
	good := []string{
		"SWITCHYARD_DEMO=off", "SWITCHYARD_PUBLIC_URL=https://switchyard.example", "SWITCHYARD_OIDC_ISSUER=https://id.example",
		"SWITCHYARD_OIDC_CLIENT_ID=switchyard", "SWITCHYARD_OIDC_CLIENT_SECRET=hunter6", "SWITCHYARD_OIDC_ROLES=treasury=finance, ops=mining",
	}
	c, err := LoadConfig(good)
	if err != nil || c.Provider == nil {
		t.Fatalf("got %v, %v", c.Provider, err)
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("configured", "config", c)
	if strings.Contains(out.String(), "hunter") {
		t.Errorf("the secret is printed: %s", out.String())
	}
	for name, change := range map[string]string{
		"SWITCHYARD_PUBLIC_URL":  "SWITCHYARD_PUBLIC_URL=",
		"SWITCHYARD_OIDC_ISSUER": "SWITCHYARD_OIDC_ISSUER=",
		"SWITCHYARD_OIDC_ROLES":  "SWITCHYARD_OIDC_ROLES=treasury=owner",
	} {
		if _, err := LoadConfig(append(slices.Clone(good), change)); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: got %v", change, err)
		}
	}
	if c, err := LoadConfig(nil); err != nil || c.Provider != nil {
		t.Errorf("without settings: %v, %v", c.Provider, err)
	}
}

func TestTelemetryAsksNobodyUntilANetworkIsNamed(t *testing.T) {
	c, err := LoadConfig([]string{"SWITCHYARD_DEMO=off"})
	if err != nil || len(c.Telemetry.Networks) != 0 {
		t.Errorf("got %v, %v", c.Telemetry.Networks, err)
	}
	c, err = LoadConfig([]string{
		"SWITCHYARD_DEMO=off", "SWITCHYARD_TELEMETRY_NETWORKS=10.0.0.0/8, 192.168.7.1",
		"SWITCHYARD_TELEMETRY_CONCURRENCY=64", "SWITCHYARD_TELEMETRY_TIMEOUT=3s",
	})
	if err != nil || len(c.Telemetry.Networks) != 2 || c.Telemetry.Concurrency != 64 || c.Telemetry.Timeout.Seconds() != 3 {
		t.Errorf("got %+v, %v", c.Telemetry, err)
	}
	_, err = LoadConfig([]string{
		"SWITCHYARD_TELEMETRY_NETWORKS=10.0.0.0/8", "SWITCHYARD_TELEMETRY_CONCURRENCY=0", "SWITCHYARD_TELEMETRY_TIMEOUT=soon",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"TELEMETRY_NETWORKS is set, but the demo", "TELEMETRY_CONCURRENCY is", "TELEMETRY_TIMEOUT is"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not name %q:\n%v", want, err)
		}
	}
}
