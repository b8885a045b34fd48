package chart

import (
	"math"
	"strings"
	"testing"
)

func sampleMerit() Merit {
	return Merit{ID: "m", Title: "Merit <order>", Hashprice: 38.65, Near: 0.05, Steps: []MeritStep{
		{"S21 Pro", "Hallam", "15.0 J/TH", 42, 17.4}, {"M60S", "Hallam", "18.5 J/TH", 36, 21.1}, {"S19 XP", "Saguenay", "21.5 J/TH", 3, 22.8},
		{"S19k Pro", "Roane & Co", "23.0 J/TH", 20, 30.3}, {"None", "Nowhere", "", 0, 1}, {"S19j Pro", "Roane", "29.5 J/TH", 12, 38.4},
		{"S19j Pro", "Hallam spot", "29.5 J/TH", 16, 44.8}, {"Broken", "Hallam", "", 4, math.Inf(1)},
	}}
}

func TestAMeritOrderIsJudgedStepByStep(t *testing.T) {
	m := sampleMerit()
	svg := m.Draw()
	checkFrame(t, "merit", svg)
	for state, want := range map[string]int{`class="step on"`: 4, `class="step near"`: 1, `class="step under"`: 2} {
		if got := strings.Count(svg, state); got != want {
			t.Errorf("%d steps are %s, want %d", got, state, want)
		}
	}
	if m.UnderWater() != 20 || !strings.Contains(svg, "20 MW under water") || strings.Contains(svg, "Nowhere") || !strings.Contains(svg, "Roane &amp; Co") {
		t.Error("the drawing does not say what is under water")
	}
	for i := range m.Steps {
		m.Steps[i].Cost = 1
	}
	if strings.Contains(m.Draw(), "under water") {
		t.Error("nothing is under water, and the drawing says so")
	}
	for _, empty := range []Merit{{}, {Hashprice: 38}, {Hashprice: 38, Steps: []MeritStep{{Name: "x"}}}, {Steps: []MeritStep{{MW: 1, Cost: math.NaN()}}}} {
		if got := empty.Draw(); strings.Contains(got, "NaN") {
			t.Errorf("an empty order draws %q", got)
		}
	}
	negative := Merit{Hashprice: 38, Steps: []MeritStep{{Name: "paid to run", MW: 5, Cost: -3}}}
	checkFrame(t, "negative cost", negative.Draw())
}
