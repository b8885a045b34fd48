// Command bench runs the benchmarks of the repository and compares each figure
// with its limit. Five times over it runs every package, so that what is
// compared alternates; a figure is the median of the five, and so is a ratio.
// It ends with 1 if a limit is passed and with 2 if something cannot be
// measured.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often everything is measured")
	benchtime := flag.String("benchtime", "200ms", "how long one benchmark runs in a round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	over, err := run(ctx, os.Stdout, max(*rounds, 1), *benchtime)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	case over > 0:
		os.Exit(1)
	}
}

// figures are the values of each metric, one for each round, by benchmark and
// unit.
type figures map[string][]float64

func run(ctx context.Context, out io.Writer, rounds int, benchtime string) (over int, err error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	began := time.Now()
	if err := build(ctx, dir); err != nil {
		return 0, err
	}
	found := make(figures)
	for round := range rounds {
		for _, pkg := range packages {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, pkg)
			if err := measure(ctx, found, dir, pkg, benchtime); err != nil {
				return 0, fmt.Errorf("benchmarks of %s: %w", pkg, err)
			}
		}
		if err := sizes(found); err != nil {
			return 0, err
		}
	}
	text, over, err := report(found)
	if err != nil {
		return over, err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, err = fmt.Fprintf(w, "%s, %d cores, median of %d rounds, %s\n\n%s",
		runtime.Version(), runtime.NumCPU(), rounds, time.Since(began).Round(time.Second), text)
	return over, errors.Join(err, w.Flush())
}

// build makes a test program of every package.
func build(ctx context.Context, dir string) error {
	args := []string{"test", "-c", "-o", dir + string(filepath.Separator)}
	for _, pkg := range packages {
		args = append(args, "./"+pkg)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// measure runs the benchmarks of a package once.
func measure(ctx context.Context, found figures, dir, pkg, benchtime string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(dir, path.Base(pkg)+".test"),
		"-test.run=^$", "-test.bench=.", "-test.benchtime="+benchtime, "-test.timeout=3m")
	cmd.Dir = pkg
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return parse(found, pkg, out)
}

// parse reads lines such as
//
//	BenchmarkChart/24h/ours-2   97   3697007 ns/op   888893 B/op
func parse(found figures, pkg string, out []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		name = pkg + "." + strings.TrimSuffix(name, "-"+strconv.Itoa(runtime.GOMAXPROCS(0)))
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return fmt.Errorf("line %q: %w", lines.Text(), err)
			}
			found.add(name, fields[i+1], v)
		}
	}
	return lines.Err()
}

func (f figures) add(bench, unit string, v float64) {
	key := bench + " " + unit
	f[key] = append(f[key], v)
}

// errNotMeasured is that no benchmark gave a metric.
var errNotMeasured = errors.New("not measured")

// of returns the values of a metric; none is errNotMeasured.
func (f figures) of(bench, unit string) ([]float64, error) {
	values := f[bench+" "+unit]
	if len(values) == 0 {
		return nil, fmt.Errorf("there is no benchmark %s with %s: %w", bench, unit, errNotMeasured)
	}
	return values, nil
}

// sizes adds how large script and style are when they are sent.
func sizes(found figures) error {
	const dist = "static/dist"
	data, err := os.ReadFile(filepath.Join(dist, "manifest.json"))
	if err != nil {
		return err
	}
	var manifest map[string]string
	if err := json.Unmarshal(data, &manifest); err != nil {
		return err
	}
	for _, name := range []string{"app.js", "app.css"} {
		info, err := os.Stat(filepath.Join(dist, manifest[name]+".gz"))
		if err != nil {
			return err
		}
		found.add("static."+name, "B", float64(info.Size()))
	}
	return nil
}

// result is a row with its figures.
type result struct {
	measured, limit, ratio float64
	unit                   string
}

// judge computes a row. Where it has a reference, each round is compared with
// that of the same round.
func judge(found figures, r row) (result, error) {
	unit := cmp.Or(r.unit, "ns/op")
	measured, err := found.of(r.bench, unit)
	if err != nil {
		return result{}, err
	}
	limits := slices.Repeat([]float64{r.most}, len(measured))
	if r.base != "" {
		base, err := found.of(path.Join(path.Dir(r.bench), r.base), unit)
		if err != nil {
			return result{}, err
		}
		if len(base) != len(measured) {
			return result{}, fmt.Errorf("%s: %d rounds, and %d of its reference", r.bench, len(measured), len(base))
		}
		for i := range limits {
			limits[i] = base[i] * r.most
		}
	}
	ratios := make([]float64, len(measured))
	for i := range ratios {
		ratios[i] = measured[i] / limits[i]
	}
	return result{median(measured), median(limits), median(ratios), unit}, nil
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// report returns the table, with tabs between its columns, and how many rows
// are over their limits.
func report(found figures) (text string, over int, err error) {
	var w strings.Builder
	fmt.Fprintln(&w, "name\tmeasured\tlimit\tratio\t\tlimit is")
	for _, r := range rows() {
		got, err := judge(found, r)
		if r.needs != "" && errors.Is(err, errNotMeasured) {
			fmt.Fprintf(&w, "%s\tnot measured\t%s\t\t\tneeds %s\n", r.name, show(r.most, cmp.Or(r.unit, "ns/op")), r.needs)
			continue
		}
		if err != nil {
			return "", over, err
		}
		verdict, why := "ok", ""
		if got.ratio > 1 {
			verdict = "OVER"
			over++
		}
		if r.base != "" {
			why = strconv.FormatFloat(r.most, 'g', 2, 64) + " × " + r.why
		}
		fmt.Fprintf(&w, "%s\t%s\t%s\t%.2f\t%s\t%s\n", r.name, show(got.measured, got.unit), show(got.limit, got.unit), got.ratio, verdict, cmp.Or(why, "fixed"))
	}
	return w.String(), over, nil
}

// show prints a figure with three digits.
func show(v float64, unit string) string {
	if unit != "ns/op" {
		return fmt.Sprintf("%.1f kB", v/1000)
	}
	switch {
	case v < 1e3:
		return fmt.Sprintf("%.3g ns", v)
	case v < 1e6:
		return fmt.Sprintf("%.3g µs", v/1e3)
	case v >= 1e9:
		return fmt.Sprintf("%.3g s", v/1e9)
	default:
		return fmt.Sprintf("%.3g ms", v/1e6)
	}
}
