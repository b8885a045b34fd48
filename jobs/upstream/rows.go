package upstream

import (
	"encoding/json"
)

// Rows decodes every row of a list by itself, so that a bad one does not cost
// the others. decode says whether the row gives a value; the error it returns
// becomes a Refusal, even beside a value.
func Rows[T any](rows []json.RawMessage, decode func(json.RawMessage) (T, bool, error)) ([]T, []Refusal) {
	values := make([]T, 0, len(rows))
	var refusals []Refusal
	for _, row := range rows {
		v, ok, err := decode(row)
		if err != nil {
			refusals = append(refusals, Refuse(err, row))
		}
		if ok {
			values = append(values, v)
		}
	}
	return values, refusals
}

// Shape reads a row into v. Its error says in one sentence that the row is not
// in the documented shape.
func Shape(row []byte, v any) error {
	if err := json.Unmarshal(row, v); err != nil {
		return errShape
	}
	return nil
}
