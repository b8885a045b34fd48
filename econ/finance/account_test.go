package finance_test

import (
	"testing"

	"switchyard/econ/finance"
	"switchyard/econ/units"
)

func TestSumKeepsPledgedAndUnknownApart(t *testing.T) {
	cash := finance.Account{Kind: finance.Cash}
	pledged := finance.Account{Kind: finance.Bitcoin, Restricted: true}
	free := finance.Account{Kind: finance.Bitcoin}
	got := finance.Sum([]finance.Holding{
		{cash, &finance.Balance{USD: units.Cents(1_234_567_89)}},
		{cash, &finance.Balance{USD: units.Cents(11)}},
		{cash, nil},
		{pledged, &finance.Balance{Sats: 400 * units.SatsPerBTC}},
		{free, &finance.Balance{Sats: 25}},
	})
	if got.FreeUSD.String() != "1234568.00" || got.RestrictedUSD.String() != "0.00" || got.FreeSats != 25 ||
		got.RestrictedSats != 40_000_000_000 || got.Unknown != 1 {
		t.Errorf("got %+v", got)
	}
}
