package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/ai"
)

const topicCustomer = "ai.customer"

type customerRow struct {
	ID      int64
	Name    string
	Country string
	Segment string
	Contact string
	Note    string
	versionRow
}

func (r customerRow) customer() ai.Customer {
	return ai.Customer{
		ID: r.ID, Name: r.Name, Country: r.Country, Segment: ai.Segment(r.Segment), Contact: r.Contact, Note: r.Note, Version: r.version(),
	}
}

const (
	customerColumns = `id, name, country, segment, contact, note, valid_from, known_from, known_to, who`
	sqlCustomers    = `SELECT ` + customerColumns + ` FROM ai.customer
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY lower(name)`
	sqlCustomer         = `SELECT ` + customerColumns + ` FROM ai.customer WHERE id = $1 AND known_to IS NULL`
	sqlCustomerVersions = `SELECT ` + customerColumns + ` FROM ai.customer WHERE id = $1 ORDER BY known_from DESC`
	sqlNewCustomer      = `SELECT nextval('ai.customer_id')`
	sqlInsertCustomer   = `
INSERT INTO ai.customer (id, name, country, segment, contact, note, valid_from, known_from, who)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlCloseCustomer = `UPDATE ai.customer SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// Customers lists the customers as they were known at a moment; the zero time
// is now.
func (s *Store) Customers(ctx context.Context, known time.Time) ([]ai.Customer, error) {
	return s.customers(ctx, "list customers", sqlCustomers, s.asKnown(known))
}

// CustomerVersions are all versions of a customer, the newest first.
func (s *Store) CustomerVersions(ctx context.Context, id int64) ([]ai.Customer, error) {
	return s.customers(ctx, "read the versions of a customer", sqlCustomerVersions, id)
}

func (s *Store) customers(ctx context.Context, what, sql string, args ...any) ([]ai.Customer, error) {
	rows, err := allRows[customerRow](s.q.Query(ctx, sql, args...))
	if err != nil {
		return nil, wrap(err, "%s", what)
	}
	list := make([]ai.Customer, len(rows))
	for i, r := range rows {
		list[i] = r.customer()
	}
	return list, nil
}

// Customer is a customer as it is known now; ErrNotFound if there is none of
// that id.
func (s *Store) Customer(ctx context.Context, id int64) (ai.Customer, error) {
	r, err := onlyRow[customerRow](s.q.Query(ctx, sqlCustomer, id))
	return r.customer(), wrap(err, "read customer %d", id)
}

// InsertCustomer adds a customer and returns its id. A name that is there
// already is ErrTaken.
func (s *Store) InsertCustomer(ctx context.Context, by access.Actor, v ai.Customer) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewCustomer).Scan(&id); err != nil {
			return wrap(err, "number a customer")
		}
		v.ID = id
		return s.writeCustomer(ctx, by, v, "add customer", "name", "country", "segment", "contact", "note", "valid_from")
	})
	return id, err
}

// UpdateCustomer adds a version of a customer; see UpdateSite.
func (s *Store) UpdateCustomer(ctx context.Context, by access.Actor, v ai.Customer, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseCustomer, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit customer %d", v.ID)
		}
		return s.writeCustomer(ctx, by, v, "edit customer", fields...)
	})
}

func (s *Store) writeCustomer(ctx context.Context, by access.Actor, v ai.Customer, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertCustomer, v.ID, v.Name, v.Country, string(v.Segment), v.Contact, v.Note, v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return taken(err, "write customer %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomAI, action, fmt.Sprintf("customer %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicCustomer: fmt.Sprint(v.ID)})
}
