package main

import (
	"strings"
	"testing"
)

func TestMailSettingsAreCheckedAtStartWithoutThePassword(t *testing.T) {
	const secret = "canary-password"
	for name, tt := range map[string]struct {
		env  []string
		says string
	}{
		"no host":        {[]string{"SMTP_FROM=a@example.com", "SMTP_PASSWORD=" + secret}, "SMTP_HOST is missing"},
		"no sender":      {[]string{"SMTP_HOST=mail.example.com", "SMTP_PASSWORD=" + secret}, "SMTP_HOST and its settings cannot be used"},
		"a wrong port":   {[]string{"SMTP_HOST=mail.example.com", "SMTP_FROM=a@example.com", "SMTP_PORT=mail", "SMTP_PASSWORD=" + secret}, "SMTP_PORT must be a port"},
		"wrong security": {[]string{"SMTP_HOST=mail.example.com", "SMTP_FROM=a@example.com", "SMTP_SECURITY=tsl", "SMTP_PASSWORD=" + secret}, "SMTP_HOST and its settings cannot be used"},
	} {
		var environ []string
		for _, kv := range tt.env {
			environ = append(environ, prefix+kv)
		}
		_, err := LoadConfig(environ)
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v, want %q and no password", name, err, tt.says)
		}
	}
	c, err := LoadConfig([]string{prefix + "SMTP_HOST=mail.example.com", prefix + "SMTP_FROM=Switchyard <alerts@example.com>", prefix + "SMTP_USER=u", prefix + "SMTP_PASSWORD=" + secret})
	if err != nil || c.Mail == nil {
		t.Errorf("good settings: %v", err)
	}
	if c, err = LoadConfig(nil); err != nil || c.Mail != nil {
		t.Errorf("no settings: %v", err)
	}
}
