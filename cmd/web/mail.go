package main

import (
	"strconv"
	"time"

	"switchyard/jobs/notify"
)

// mailer reads the SMTP_… settings; nil if none is set.
func (e *environment) mailer() *notify.Mailer {
	o := notify.MailOptions{
		Host: e.text("SMTP_HOST", ""), User: e.text("SMTP_USER", ""), Password: e.text("SMTP_PASSWORD", ""), From: e.text("SMTP_FROM", ""),
		Security: notify.Security(e.text("SMTP_SECURITY", string(notify.StartTLS))), Now: time.Now,
	}
	port := e.text("SMTP_PORT", "587")
	if o.Host == "" {
		if o.User != "" || o.Password != "" || o.From != "" {
			e.mistake("SMTP_HOST", "is missing, though other SMTP settings are there")
		}
		return nil
	}
	var err error
	if o.Port, err = strconv.Atoi(port); err != nil || o.Port < 1 || o.Port > 65535 {
		e.mistake("SMTP_PORT", "must be a port, for example 587")
		return nil
	}
	m, err := notify.NewMailer(o)
	if err != nil {
		e.mistake("SMTP_HOST", "and its settings cannot be used: "+err.Error())
		return nil
	}
	return m
}
