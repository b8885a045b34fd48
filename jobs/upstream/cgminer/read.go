package cgminer

import (
	"context"

	"switchyard/econ/mining"
)

// question is a command, and what reads its answer.
type question struct {
	command Command
	decode  func([]byte, *mining.Reading) error
}

// Read asks one machine all there is to ask, one connection after the other,
// within Options.Timeout. Without a summary there is no reading. A machine need
// not know the other commands, but one that garbles an answer is not believed.
// identify asks for model and firmware too, which do not change.
func (o Options) Read(ctx context.Context, target mining.Target, identify bool) mining.Reading {
	o = o.withDefaults()
	blank := mining.Reading{Target: target, At: o.Now().UTC()}
	fail := func(err error) mining.Reading {
		r := blank
		r.Fault, r.Why = FaultOf(err), err.Error()
		return r
	}
	if !o.allowed(target.Address) {
		return fail(errForbidden)
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	reading := blank
	questions := []question{{Summary, DecodeSummary}, {Stats, DecodeStats}, {Pools, DecodePools}}
	if identify {
		questions = append(questions, question{Version, DecodeVersion})
	}
	for i := 0; i < len(questions); i++ {
		q := questions[i]
		answer, err := o.ask(ctx, target.Address, q.command)
		if err == nil {
			err = q.decode(answer, &reading)
		}
		if err != nil && (q.command == Summary || FaultOf(err) != mining.FaultDenied) {
			return fail(err)
		}
		if q.command == Stats && (!reading.Hashrate.Known || !reading.ChipC.Known) {
			questions = append(questions, question{Devs, DecodeDevs}) // boards say what the whole does not
		}
	}
	return reading
}
