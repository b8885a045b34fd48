package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// webhookBytes is how large a body may be; the document advises less than 20 kB.
const webhookBytes = 20_000

// webhookBody is what receivers get. Its shape is a promise to them.
type webhookBody struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      webhookData `json:"data"`
}

type webhookData struct {
	Title    string         `json:"title"`
	Text     string         `json:"text"`
	URL      string         `json:"url,omitempty"`
	Fields   []webhookField `json:"fields"`
	Resolved bool           `json:"resolved"`
}

type webhookField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Webhook posts a notice to an endpoint, signed with each of its secrets as
// Standard Webhooks 1.0.0 says. Any 2xx is well; 410 disables the endpoint;
// everything else, a redirect too, may be tried again. It fails with *Error.
func (c *Client) Webhook(ctx context.Context, endpoint string, secrets []Secret, n Notice) error {
	const channel = "webhook"
	n, failed := n.checked(channel)
	if failed != nil {
		return failed
	}
	if len(secrets) == 0 {
		return errorf(channel, Reject, "the endpoint has no secret to sign with")
	}
	for _, s := range secrets {
		if s.sign == nil {
			return errorf(channel, Reject, "a secret of the endpoint was never read")
		}
	}
	body, err := encodeWebhook(n)
	if err != nil {
		return errorf(channel, Reject, "the notice cannot be written as JSON")
	}
	at := c.o.Now()
	header := make(http.Header)
	header.Set("webhook-id", n.ID)
	header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	header.Set("webhook-signature", Sign(n.ID, at, body, secrets...))
	a, failed := c.send(ctx, message{channel: channel, method: http.MethodPost, address: endpoint, header: header, body: body})
	if failed != nil {
		return failed
	}
	return result(byStatus(channel, a))
}

// encodeWebhook writes the body, the same bytes for every try. A body that
// would be too large loses its fields; what is left of a checked notice fits.
func encodeWebhook(n Notice) ([]byte, error) {
	body, err := encode(webhook(n))
	if len(body) > webhookBytes {
		n.Fields = nil
		body, err = encode(webhook(n))
	}
	return body, err
}

func webhook(n Notice) webhookBody {
	fields := make([]webhookField, 0, len(n.Fields)) // an empty list, not null
	for _, f := range n.Fields {
		fields = append(fields, webhookField(f))
	}
	return webhookBody{n.Type, n.Time, webhookData{n.Title, n.Text, n.URL, fields, n.Resolved}}
}

// encode writes JSON with < and > as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
