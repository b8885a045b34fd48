package signin_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is a server's secret; another is that of another server.
var (
	secret  = []byte("canary-0123456789abcdef-0123456789abcdef")
	another = []byte("another-0123456789abcdef-0123456789abcde")
)
