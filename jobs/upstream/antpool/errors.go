package antpool

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"switchyard/jobs/upstream"
)

// open reads the envelope of an answer, and the error that may be in it.
func open(o upstream.Options, body []byte) (json.RawMessage, error) {
	var answer struct {
		Code    upstream.Number `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || !answer.Code.Known {
		return nil, upstream.Errorf(name, upstream.Malformed, "the answer is not the documented envelope")
	}
	if answer.Code.V != 0 {
		return nil, refusal(o, answer.Message)
	}
	if len(answer.Data) == 0 || bytes.Equal(answer.Data, []byte("null")) {
		return nil, upstream.Errorf(name, upstream.Malformed, "the answer has no data")
	}
	return answer.Data, nil
}

// refusal is the Error of an answer with a code other than 0. No source lists
// the codes: the words tell what is meant.
func refusal(o upstream.Options, said string) *upstream.Error {
	words := strings.ToLower(said)
	has := func(any ...string) bool {
		return slices.ContainsFunc(any, func(w string) bool { return strings.Contains(words, w) })
	}
	switch {
	case has("nonce"):
		return o.Saying(upstream.Clock, "it does not accept the nonce of the call", said)
	case has("limit", "frequen", "too many"):
		return o.Saying(upstream.RateLimited, "it was asked too often", said)
	case has("sign", "key"):
		return o.Saying(upstream.Denied, "it does not accept the key or the signature", said)
	case has("user", "account") && has("not exist", "not found", "no such", "unknown"):
		return o.Saying(upstream.NoAccount, "it does not know the account", said)
	}
	return o.Saying(upstream.Refused, "it refused the call", said)
}
