package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// models are the machines of a simulated fleet, with the nameplates public data
// sheets give.
var models = [...]Machine{
	{Vendor: Bitmain, Model: "Antminer S21", Hashrate: 200e12, Power: 3500},
	{Vendor: Bitmain, Model: "Antminer S19j Pro", Hashrate: 104e12, Power: 3068},
	{Vendor: Whatsminer, Model: "WhatsMiner M50S", Hashrate: 126e12, Power: 3276, Mode: "Normal"},
	{Vendor: Whatsminer, Model: "WhatsMiner M60S", Hashrate: 186e12, Power: 3441, Mode: "Normal"},
	{Vendor: Plain, Model: "cgminer", Hashrate: 95e12, Power: 3250},
}

// minerFaults are what five machines in a hundred have.
var minerFaults = [...]MinerFault{MinerDead, MinerSilent, MinerGarbling, MinerHalf, MinerAbsurd}

// Machine is what the machine of an id is: the same in every run of a world.
// One in twenty is dead or garbles, and one in forty is off.
func (w *World) Machine(id int64) Machine {
	bits := w.noise.bits(streamMiner, id)
	m := models[bits%uint64(len(models))]
	bits /= uint64(len(models))
	if bits%20 == 0 {
		m.Fault = minerFaults[bits/20%uint64(len(minerFaults))]
	}
	m.Off = bits/100%40 == 0
	m.Quirk = int(bits / 4000 % minerQuirks) //nolint:gosec // a small number
	return m
}

// minerState is how a machine does at the world's present.
type minerState struct {
	rate, mean float64 // H/s
	watts      float64
	board      float64 // °C
	fan        int
	elapsed    int64 // s
	when       int64
}

func (w *World) minerState(m Machine, id int64) minerState {
	now := w.Now().Unix()
	s := minerState{when: now, elapsed: 3600 + now%secondsPerDay + int64(w.noise.bits(streamMiner, id, 1)%(30*secondsPerDay)), fan: 600, board: 24}
	hour := float64(now%secondsPerDay) / 3600
	if m.Off {
		return s
	}
	s.mean = m.Hashrate * (1 + 0.01*w.noise.normal(streamMiner, id, 2))
	s.rate = s.mean * (1 + 0.02*w.noise.normal(streamMiner, id, 3, now/5))
	s.watts = m.Power * (1 + 0.015*w.noise.normal(streamMiner, id, 4, now/60))
	s.board = 62 + 5*math.Sin((hour-9)*math.Pi/12) + 2*w.noise.normal(streamMiner, id, 5, now/300)
	s.fan = 5400 + int(30*(s.board-62))
	return s
}

// minerAnswer is what a machine says to a request.
func (w *World) minerAnswer(m Machine, id int64, request []byte) []byte {
	var asked struct {
		Command string `json:"command"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return m.close(minerSays("E", 23, "Invalid JSON", w.Now().Unix()))
	}
	s := w.minerState(m, id)
	code, key := 0, ""
	var rows []map[string]any
	switch asked.Command {
	case "summary":
		code, key, rows = 11, "SUMMARY", []map[string]any{m.summary(s)}
	case "stats":
		if m.Vendor == Bitmain {
			code, key, rows = 70, "STATS", m.stats(s)
		}
	case "pools":
		code, key, rows = 7, "POOLS", []map[string]any{{
			"POOL": 0, "URL": "stratum+tcp://pool.example:3333", "Status": "Alive", "User": fmt.Sprintf("demo.m%06x", id),
			"Stratum Active": true, "Priority": 0, "Pool Stale%%": 0.0,
		}}
	case "devs":
		if m.Vendor != Bitmain {
			code, key, rows = 9, "DEVS", m.devs(s)
		}
	case "version":
		code, key, rows = 22, "VERSION", []map[string]any{{"API": "3.1", "Miner": "1.0." + fmt.Sprint(id%4), "Type": m.Model}}
	}
	if key == "" {
		return m.close(minerSays("E", 14, "Invalid command", s.when))
	}
	answer := minerSays("S", code, asked.Command, s.when)
	answer[key] = rows
	return m.close(answer)
}

func minerSays(status string, code int, msg string, when int64) map[string]any {
	return map[string]any{"STATUS": []map[string]any{{"STATUS": status, "When": when, "Code": code, "Msg": msg, "Description": "cgminer 1.0.0"}}, "id": 1}
}

func (m Machine) summary(s minerState) map[string]any {
	row := map[string]any{"Elapsed": s.elapsed, "Accepted": s.elapsed / 8, "Rejected": s.elapsed / 9000, "Hardware Errors": s.elapsed / 700}
	switch m.Vendor {
	case Bitmain:
		row["GHS 5s"], row["GHS av"] = fmt.Sprintf("%.2f", s.rate/1e9), s.mean/1e9
	case Whatsminer:
		row["MHS 1m"], row["MHS av"], row["Factory GHS"] = s.rate/1e6, s.mean/1e6, m.Hashrate/1e9
		row["Power"], row["Power Mode"], row["Temperature"], row["Env Temp"] = math.Round(s.watts), m.Mode, s.board, 24.5
		row["Fan Speed In"], row["Fan Speed Out"], row["Firmware Version"] = s.fan, s.fan+60, "'20240108.22.REL'"
	default:
		row["MHS 5s"], row["MHS av"] = s.rate/1e6, s.mean/1e6
	}
	return row
}

// stats are Bitmain's: identity and figures. Boards begin at 1.
func (m Machine) stats(s minerState) []map[string]any {
	figures := map[string]any{
		"STATS": 0, "ID": "BTM_SOC0", "Elapsed": s.elapsed, "GHS 5s": s.rate / 1e9, "GHS av": s.mean / 1e9,
		"total_rateideal": m.Hashrate / 1e9, "rate_unit": "GH", "fan_num": 4, "temp4": 0, "chain_rate4": "",
	}
	for i := range 3 {
		figures[fmt.Sprintf("temp%d", i+1)] = math.Round(s.board) - float64(i)
		figures[fmt.Sprintf("temp2_%d", i+1)] = math.Round(s.board) + 9 - float64(i)
	}
	for i := range 4 {
		figures[fmt.Sprintf("fan%d", i+1)] = s.fan + 10*i
	}
	return []map[string]any{{"BMMiner": "2.0.0", "Miner": "uart_trans.1.3", "Type": m.Model}, figures}
}

func (m Machine) devs(s minerState) []map[string]any {
	rows := make([]map[string]any, 3)
	for i := range rows {
		rows[i] = map[string]any{
			"ASC": i, "MHS 1m": s.rate / 3e6, "Temperature": s.board - float64(i), "Chip Temp Max": s.board + 12,
		}
	}
	return rows
}

// minerQuirks is how many malformations there are, with none.
const minerQuirks = 7

// close writes an answer as the machine's firmware would: with its
// malformation, and a NUL unless it is a plain cgminer.
func (m Machine) close(answer map[string]any) []byte {
	body, err := json.Marshal(answer)
	if err != nil {
		return nil // maps of numbers and texts have JSON
	}
	switch m.Quirk {
	case 1:
		body = bytes.ReplaceAll(body, []byte("}"), []byte(",}"))
	case 2:
		body = bytes.ReplaceAll(body, []byte(","), []byte(",\n"))
	case 3:
		body = append([]byte(","), body...)
	case 4:
		body = bytes.Replace(body, []byte("[{"), []byte("[,{"), 1)
	case 5: // a key given twice
		body = bytes.Replace(body, []byte(`{"STATUS"`), []byte(`{"id":7,"STATUS"`), 1)
	case 6:
		body = bytes.Replace(body, []byte(`"Elapsed":`), []byte(`"Work":nan,"Elapsed":`), 1)
	}
	if m.Vendor != Plain {
		body = append(body, 0)
	}
	return body
}

// spoilMiner is an answer as a machine with a fault gives it.
func spoilMiner(answer []byte, fault MinerFault) []byte {
	switch fault {
	case MinerGarbling:
		for i := range answer {
			answer[i] ^= 0x55
		}
	case MinerHalf:
		return answer[:len(answer)/2]
	case MinerAbsurd:
		return bytes.ReplaceAll(answer, []byte(`"Elapsed":`), []byte(`"Elapsed":-`))
	case MinerFlooding:
		return bytes.ReplaceAll(answer, []byte{0}, []byte(" "))
	default:
		return answer
	}
	return answer
}
