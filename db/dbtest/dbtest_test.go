package dbtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"switchyard/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestClusterAnswersAndIsShared(t *testing.T) {
	server := dbtest.Cluster(t)
	conn, err := pgx.Connect(t.Context(), server.URL("postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var fsync string
	if err := conn.QueryRow(t.Context(), "show fsync").Scan(&fsync); err != nil || fsync != "off" {
		t.Errorf("fsync = %q, %v; want off", fsync, err)
	}
	if again := dbtest.Cluster(t); again != server {
		t.Error("a second call started a second server")
	}
}
