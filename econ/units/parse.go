package units

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// ledgerDigits is how many digits a stored amount or rate has, before and after
// the point.
const ledgerDigits = 20

// number is a decimal as people write it: groups of three or none, a point, an
// ASCII or a real minus. Exponents are refused: a slip of a key should not make
// a thousandfold.
var number = regexp.MustCompile(`^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d*)?$`)

// plain is text as decimal and strconv read it: without groups, with an ASCII
// sign. It fails with a sentence for the person who typed it.
func plain(text string) (string, error) {
	s := strings.ReplaceAll(text, "−", "-")
	m := number.FindStringSubmatch(s)
	digits := ""
	if m != nil {
		digits = strings.ReplaceAll(m[2], ",", "") + m[3]
	}
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New("a number is missing")
	case m == nil && strings.Contains(s, ","):
		return "", fmt.Errorf("%q is not a number: a comma groups thousands, a point begins decimals, as in 1,234.50", text)
	case m == nil || digits == "" || digits == ".":
		return "", fmt.Errorf("%q is not a number: write it like 1,234.50", text)
	case len(digits) > 2*ledgerDigits:
		return "", fmt.Errorf("%q has too many digits", text)
	}
	return m[1] + digits, nil
}

// exact parses text into a decimal with at most decimals of them.
func exact(text string, decimals int32) (decimal.Decimal, error) {
	s, err := plain(text)
	if err != nil {
		return decimal.Decimal{}, err
	}
	d, err := decimal.NewFromString(strings.TrimSuffix(s, "."))
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%q is not a number: %w", text, err)
	}
	if !d.Equal(d.Truncate(decimals)) {
		return decimal.Decimal{}, fmt.Errorf("%q has more than %d decimals", text, decimals)
	}
	if limit := decimal.New(1, ledgerDigits-decimals); d.Abs().Cmp(limit) >= 0 {
		return decimal.Decimal{}, fmt.Errorf("%q is too large: at most %d digits before the point", text, ledgerDigits-decimals)
	}
	return d.Truncate(decimals), nil
}

// trim removes space around text, the kind that does not break included.
func trim(text string) string { return strings.TrimSpace(text) }

// ParseUSD reads dollars, with or without the sign: "$1,234.50", "-20". More
// than two decimals are an error, never rounded away.
func ParseUSD(text string) (USD, error) {
	s := trim(text)
	for _, sign := range []string{"-", "−", "+", ""} {
		if rest, ok := strings.CutPrefix(s, sign+"$"); ok {
			if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "−") || strings.HasPrefix(rest, "+") {
				return USD{}, fmt.Errorf("%q is not an amount: the sign stands before the $", text)
			}
			s = sign + trim(rest)
			break
		}
	}
	d, err := exact(s, usdDecimals)
	return USD{d}, err
}

// ParseRate reads a rate with at most six decimals: "48.25".
func ParseRate(text string) (Rate, error) {
	d, err := exact(trim(text), rateDecimals)
	return Rate{d}, err
}

// ParsePercent reads a percentage, with or without its sign, into a fraction:
// "8.25%" is the rate 0.0825. At most four decimals.
func ParsePercent(text string) (Rate, error) {
	d, err := exact(trim(strings.TrimSuffix(trim(text), "%")), rateDecimals-2)
	return Rate{d.Shift(-2)}, err
}

// ParseBTC reads bitcoin with at most eight decimals: "0.03" or "0.03 BTC".
func ParseBTC(text string) (Sats, error) {
	d, err := exact(trim(strings.TrimSuffix(trim(text), "BTC")), btcDecimals)
	if err != nil {
		return 0, err
	}
	return RoundSats(d.Shift(btcDecimals), HalfEven)
}

// unit is a way to write a measure, and how much it is.
type unit[M ~float64] struct {
	name string
	size M
}

// measure reads a number and one of the units. The unit is never guessed: five
// of something can be tera or exa. Nothing measured is negative.
func measure[M ~float64](text string, units ...unit[M]) (M, error) {
	s := trim(text)
	end := strings.LastIndexAny(s, "0123456789.") + 1
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.name
		if trim(s[end:]) != u.name {
			continue
		}
		digits, err := plain(s[:end])
		if err != nil {
			return 0, err
		}
		v, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a number: %w", text, err)
		}
		if v < 0 {
			return 0, fmt.Errorf("%q is below zero", text)
		}
		return M(v) * u.size, nil
	}
	return 0, fmt.Errorf("%q needs its unit: %s", text, strings.Join(names, " or "))
}

// ParseHashrate reads "270 TH/s", "5.5 PH/s" or "1,010 EH/s".
func ParseHashrate(text string) (Hashrate, error) {
	return measure(text, unit[Hashrate]{"TH/s", TH}, unit[Hashrate]{"PH/s", PH}, unit[Hashrate]{"EH/s", EH})
}

// ParsePower reads "3,645 W", "500 kW" or "103.8 MW".
func ParsePower(text string) (Power, error) {
	return measure(text, unit[Power]{"W", Watt}, unit[Power]{"kW", KW}, unit[Power]{"MW", MW})
}

// ParseEnergy reads "750 kWh" or "882.5 MWh".
func ParseEnergy(text string) (Energy, error) {
	return measure(text, unit[Energy]{"kWh", KWh}, unit[Energy]{"MWh", MWh})
}

// ParseEfficiency reads "17.5 J/TH".
func ParseEfficiency(text string) (Efficiency, error) {
	return measure(text, unit[Efficiency]{"J/TH", 1})
}

// ParseDifficulty reads "144.04 T".
func ParseDifficulty(text string) (Difficulty, error) {
	return measure(text, unit[Difficulty]{"T", Trillion})
}
