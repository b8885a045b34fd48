package handlers

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// linkLife is how long an invitation or a reset may be used.
const linkLife = 3 * 24 * time.Hour

// listPeople answers GET /admin/people.
func (a *App) listPeople(c echo.Context) error {
	v := views.RecordsPage{
		Name: "People", Figure: "people", Title: "People", Sub: "Who may sign in, and as what",
		Columns: []views.DataColumn{{Label: "Name"}, {Label: "Role"}, {Label: "E-mail", Hide: "p2"}, {Label: "Last seen", Right: true}, {Label: "Since", Right: true, Hide: "p3"}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "Nobody is known yet", Text: "Add the first person; they get a link to set a password."},
		Add:     "/admin/people/new", AddLabel: "Add person", Refetch: topicPeople,
		Links: []views.Link{{Href: "/admin/audit", Label: "Audit log"}},
	}
	err := a.readPage(c, nil, func(p *page) error {
		people, err := p.s.People(p.ctx)
		if err != nil {
			return err
		}
		active, admins := 0, 0
		for _, who := range people {
			row := views.RecordRow{Href: fmt.Sprintf("/admin/people/%d", who.ID), Mark: ui.MarkOK, State: "Active", Cells: []views.Cell{
				{Text: who.Name}, {Text: who.Role.Title()}, {Text: who.Email}, {Text: seenText(who, p.now)}, {Text: format.DayMonthYear(who.CreatedAt)},
			}}
			if who.Active() {
				active++
				if who.Role == access.Admin {
					admins++
				}
			} else {
				row.Mark, row.State = ui.MarkOff, "Deactivated"
			}
			v.Rows = append(v.Rows, row)
		}
		v.Sentence = ui.Sentence{}.Stress(countOf(active, "person")).Say(" may sign in, ").Stress(countOf(admins, "administrator")).Say(" among them.")
		if active != 1 {
			v.Sentence = ui.Sentence{}.Stress(fmt.Sprintf("%d people", active)).Say(" may sign in, ").Stress(countOf(admins, "administrator")).Say(" among them.")
		}
		v.Facts = p.typedFacts("", "typed by administrators")
		v.Shell = a.shell(p, "People", topicPeople)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

func seenText(who access.Person, now time.Time) string {
	if who.SeenAt.IsZero() {
		return "never"
	}
	return format.Ago(now.Sub(who.SeenAt))
}

func seenSentence(who access.Person, now time.Time) string {
	if who.SeenAt.IsZero() {
		return ", not seen here yet."
	}
	return ", last seen " + seenText(who, now) + "."
}

func roleOptions() []ui.Option {
	var list []ui.Option
	for _, r := range access.Roles() {
		list = append(list, ui.Option{Value: string(r), Label: r.Title()})
	}
	return list
}

// newPerson answers GET /admin/people/new.
func (a *App) newPerson(c echo.Context) error {
	return a.newPersonPage(c, newForm(map[string]string{"role": string(access.Mining)}))
}

func (a *App) newPersonPage(c echo.Context, f *form) error {
	role := f.control(ui.InputSelect, "role", "Role", "What they may read and write follows from it")
	role.Options = roleOptions()
	v := views.RecordPage{
		Name: "New person", Title: "Who it is", Back: views.Link{Href: "/admin/people", Label: "All people"},
		Sentence: ui.Sentence{}.Say("Somebody who may sign in. They get a link that sets a password, valid for three days."),
		Form: &ui.FormSpec{Action: "/admin/people", Submit: "Add person", Cancel: "/admin/people", Fields: []ui.Control{
			f.control(ui.InputText, "name", "Name", "As colleagues know them"),
			f.control(ui.InputEmail, "email", "E-mail", "They sign in with it"),
			role,
		}},
	}
	err := a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "New person")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Record(v))
}

// createPerson answers POST /admin/people: it adds somebody and shows their
// link, once.
func (a *App) createPerson(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	person := access.Person{Name: f.text("name", 100, false), Role: access.Role(f.choice("role", roleOptions()))}
	if person.Email, err = access.ParseEmail(f.get("email")); err != nil {
		f.fail("email", sentence(err))
	}
	if !f.ok() {
		return a.newPersonPage(c, f)
	}
	second, err := a.needsSecond(c)
	if err != nil {
		return err
	}
	if second = second && (person.Role == access.Admin || person.Role == access.Executive); second {
		person.DeactivatedAt = a.now().UTC() // until another administrator agrees
	}
	ctx, s := c.Request().Context(), a.store(c)
	person.ID, err = s.InsertPerson(ctx, actorOf(c), person)
	if errors.Is(err, db.ErrTaken) {
		f.fail("email", "Somebody has this address already.")
		return a.newPersonPage(c, f)
	}
	switch {
	case err != nil:
		return err
	case !second:
		return a.showLink(c, person.ID, db.LinkInvite)
	}
	if err := s.ProposeActive(ctx, actorOf(c), person.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/admin/people/%d?saved=1", person.ID))
}

// needsSecond says whether what an administrator grants waits for another.
func (a *App) needsSecond(c echo.Context) (bool, error) {
	holders, err := a.store(c).Holders(c.Request().Context(), access.Admin)
	return access.NeedsSecond(holders), err
}

// personOf is the person in the address.
func (a *App) personOf(c echo.Context) (access.Person, error) {
	id, err := idOf(c)
	if err != nil {
		return access.Person{}, err
	}
	return a.store(c).Person(c.Request().Context(), id)
}

// makeLink answers POST /admin/people/{id}/link.
func (a *App) makeLink(c echo.Context) error {
	person, err := a.personOf(c)
	if err != nil {
		return err
	}
	if !person.Active() {
		return badInput("Reactivate " + person.Name + " first.")
	}
	return a.showLink(c, person.ID, db.LinkReset)
}

// showLink makes a one-time link and shows it: it works without a mail server,
// and is kept only as a hash.
func (a *App) showLink(c echo.Context, person int64, purpose db.Purpose) error {
	token, hash := signin.NewToken(signin.Link)
	link := db.Link{Purpose: purpose, Person: person, ExpiresAt: a.now().UTC().Add(linkLife)}
	if err := a.store(c).InsertLink(c.Request().Context(), actorOf(c), hash[:], link); err != nil {
		return err
	}
	address := a.siteURL(c) + "/welcome/" + token
	if a.hooks.Mail {
		if err := a.mailLink(c, person, address); err != nil {
			return err
		}
	}
	return a.personPage(c, person, newForm(nil), address)
}

// mailLink sends somebody their link. It waits in the outbox sealed.
func (a *App) mailLink(c echo.Context, person int64, address string) error {
	id := "link-" + rand.Text()
	sealed, err := a.sealer.Seal(signin.ForHook, id, []byte("Choose a password here. The link works once, for three days:\n\n"+address+"\n"))
	if err != nil {
		return err
	}
	return a.store(c).QueueLink(c.Request().Context(), person, id, "Your way into Switchyard", sealed)
}

// siteURL is the address people use.
func (a *App) siteURL(c echo.Context) string {
	if a.publicURL != nil {
		return a.publicURL.Scheme + "://" + a.publicURL.Host
	}
	return c.Scheme() + "://" + c.Request().Host
}

// showPerson answers GET /admin/people/{id}.
func (a *App) showPerson(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return a.personPage(c, id, newForm(nil), "")
}

// personPage draws somebody: what they may do, and what an administrator may do
// about it. link is shown once, when it has just been made.
func (a *App) personPage(c echo.Context, id int64, f *form, link string) error {
	v := views.RecordPage{Title: "Role", Back: views.Link{Href: "/admin/people", Label: "All people"}, Notice: saved(c)}
	err := a.readPage(c, nil, func(p *page) error {
		who, err := p.s.Person(p.ctx, id)
		if err != nil {
			return err
		}
		v.Name = who.Name
		v.Sentence = ui.Sentence{}.Stress(who.Role.Title()).Say(seenSentence(who, p.now))
		if !who.Active() {
			v.Sentence = ui.Sentence{}.Say("Deactivated on ").Stress(format.DateTimeUTC(who.DeactivatedAt)).Say(": nobody signs in with this account.")
		}
		v.Sub = "A change signs them out everywhere."
		role := f.control(ui.InputSelect, "role", "Role", roleSays(who.Role))
		role.Options = roleOptions()
		if role.Value == "" {
			role.Value = string(who.Role)
		}
		v.Form = &ui.FormSpec{Action: fmt.Sprintf("/admin/people/%d/role", id), Submit: "Change role", Fields: []ui.Control{role}}
		v.Facts = []views.FactLine{{Name: "E-mail", Text: who.Email}, {Name: "Added", Text: format.DayMonthYear(who.CreatedAt) + " by " + who.CreatedBy}}
		proposal, err := p.s.PersonProposal(p.ctx, id)
		if err != nil {
			return err
		}
		if proposal != nil {
			v.Form, v.Sub = nil, "A change waits for a second person."
			v.Actions = proposalActions(*proposal, who, p.who)
		}
		if proposal == nil || who.Active() {
			v.Actions = append(v.Actions, personActions(who, p.who)...)
		}
		if link != "" {
			v.Notice = "Give this link to " + who.Name + ". It works once, for three days, and is not shown again: " + link
			if a.hooks.Mail {
				v.Notice = "This link is on its way to " + who.Email + ", and is not shown again: " + link
			}
		}
		v.Shell = a.shell(p, who.Name, topicPeople)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Record(v))
}

// personActions are the buttons of a person's page. Nobody locks themselves out.
func personActions(who access.Person, reader access.Subject) []views.PostAction {
	path := fmt.Sprintf("/admin/people/%d", who.ID)
	if !who.Active() {
		return []views.PostAction{{
			Action: path + "/active", Label: "Reactivate", Describe: who.Name, Hidden: []ui.Option{{Value: "active", Label: "yes"}},
			Effect: "They may sign in again, with a new link or their old password. What ended stays ended.",
		}}
	}
	actions := []views.PostAction{{
		Action: path + "/link", Label: "Make a new link", Describe: "for " + who.Name,
		Effect: "A link that sets a new password and ends their one-time codes. Earlier links end; nothing else does until it is used.",
	}}
	if who.ID != reader.ID {
		actions = append(actions, views.PostAction{
			Action: path + "/active", Label: "Deactivate", Describe: who.Name, Danger: true, Hidden: []ui.Option{{Value: "active", Label: "no"}},
			Effect: "Ends their sessions, tokens and links at once. What they wrote stays, with their name.",
		})
	}
	return actions
}

// roleSays is what a role may do, from the permission table.
func roleSays(role access.Role) string {
	var reads, writes []string
	for _, room := range access.Rooms() {
		if access.Can(role, room, access.Read) {
			reads = append(reads, room.Title())
		}
		if access.Can(role, room, access.Write) {
			writes = append(writes, room.Title())
		}
	}
	text := "Now reads " + joinWords(reads)
	if len(writes) > 0 {
		text += "; writes " + joinWords(writes)
	}
	return text
}

// changeRole answers POST /admin/people/{id}/role.
func (a *App) changeRole(c echo.Context) error {
	person, err := a.personOf(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	role := access.Role(f.choice("role", roleOptions()))
	if person.ID == subjectOf(c).ID && role != person.Role {
		f.fail("role", "Nobody takes their own rights away: another administrator does.")
	}
	if !f.ok() {
		return a.personPage(c, person.ID, f, "")
	}
	ctx, s := c.Request().Context(), a.store(c)
	second, err := a.needsSecond(c)
	if err != nil {
		return err
	}
	switch {
	case role == person.Role:
	case second:
		err = s.ProposeRole(ctx, actorOf(c), person, role)
	default:
		err = s.SetRole(ctx, actorOf(c), person.ID, role)
	}
	if errors.Is(err, db.ErrTaken) {
		f.fail("role", "Another change is proposed already. Decide that one first.")
		return a.personPage(c, person.ID, f, "")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/admin/people/%d?saved=1", person.ID))
}

// decideRole answers POST /admin/people/{id}/proposal.
func (a *App) decideRole(c echo.Context) error {
	person, err := a.personOf(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	proposal, err := strconv.ParseInt(f.get("proposal"), 10, 64)
	if err != nil {
		return badInput("\"proposal\" must be the number of a proposal.")
	}
	err = a.store(c).DecidePerson(c.Request().Context(), actorOf(c), proposal, person.ID, f.get("decision") == "approve")
	switch {
	case errors.Is(err, db.ErrOwnProposal):
		return &fault{status: http.StatusForbidden, title: "Not permitted", detail: "Whoever proposes does not approve: another administrator does."}
	case errors.Is(err, db.ErrChanged):
		return &fault{status: http.StatusConflict, title: "Changed meanwhile", detail: "The person is not what they were when the change was proposed. Reject the proposal and look again."}
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/admin/people/%d?saved=1", person.ID))
}

// proposalActions are what a reader may do about an open proposal.
func proposalActions(p access.Proposal, who access.Person, reader access.Subject) []views.PostAction {
	path, role := fmt.Sprintf("/admin/people/%d/proposal", who.ID), access.Role(p.Change["role"]).Title()
	hidden := func(decision string) []ui.Option {
		return []ui.Option{{Value: "proposal", Label: strconv.FormatInt(p.ID, 10)}, {Value: "decision", Label: decision}}
	}
	said := p.Proposer + " proposed on " + format.DateTimeUTC(p.ProposedAt) + " to make " + who.Name + " " + role + " instead of " + access.Role(p.Known["role"]).Title() + "."
	effect := " Approved, it signs them out everywhere."
	if p.Change["active"] != "" {
		said = p.Proposer + " proposed on " + format.DateTimeUTC(p.ProposedAt) + " to let " + who.Name + " sign in as " + who.Role.Title() + "."
		effect = " Approved, they may; then make them a link."
	}
	if p.ProposerID == reader.ID {
		return []views.PostAction{{Action: path, Label: "Withdraw", Describe: "the proposal", Hidden: hidden("withdraw"), Effect: said + " It waits for another administrator."}}
	}
	return []views.PostAction{
		{Action: path, Label: "Approve as administrator", Describe: "the proposal", Hidden: hidden("approve"), Effect: said + effect},
		{Action: path, Label: "Reject", Describe: "the proposal", Hidden: hidden("reject"), Danger: true, Effect: "Ends the proposal. Nothing changes."},
	}
}

// setActive answers POST /admin/people/{id}/active.
func (a *App) setActive(c echo.Context) error {
	person, err := a.personOf(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, s := c.Request().Context(), a.store(c)
	switch f.get("active") {
	case "yes":
		var second bool
		if second, err = a.needsSecond(c); err != nil {
			return err
		}
		if second {
			err = s.ProposeActive(ctx, actorOf(c), person.ID)
		} else {
			err = s.Reactivate(ctx, actorOf(c), person.ID)
		}
	case "no":
		if person.ID == subjectOf(c).ID {
			return badInput("Nobody deactivates themselves: another administrator does.")
		}
		err = s.Deactivate(ctx, actorOf(c), person.ID)
	default:
		return badInput("\"active\" must be yes or no.")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/admin/people/%d?saved=1", person.ID))
}
