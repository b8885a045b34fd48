package handlers

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/ui"
)

// qrPixels is the size of the code that an authenticator reads.
const qrPixels = 240

// needsCode says whether somebody must give a one-time code: executives and
// administrators outside the demo.
func (a *App) needsCode(p access.Person) bool { return !a.demo && p.Role.NeedsCode() }

// provingPerson is who owes or keeps codes: the person of the session, pending
// or not.
func (a *App) provingPerson(c echo.Context) (access.Person, db.Credential, error) {
	ctx, auth := c.Request().Context(), a.db.Auth()
	person, err := auth.Person(ctx, subjectOf(c).ID)
	if err != nil {
		return person, db.Credential{}, err
	}
	credential, err := auth.Credential(ctx, person.ID)
	return person, credential, err
}

// showCode answers GET /sign-in/code: it asks for a one-time code, or has one
// set up first.
func (a *App) showCode(c echo.Context) error {
	if !subjectOf(c).Pending {
		return c.Redirect(http.StatusSeeOther, "/sign-in")
	}
	return a.codePage(c, newForm(nil))
}

func (a *App) codePage(c echo.Context, f *form) error {
	person, credential, err := a.provingPerson(c)
	if err != nil {
		return err
	}
	v := views.CodePage{Shell: a.bareShell(c, "One-time code")}
	code := f.control(ui.InputText, "code", "Code", "Six digits from your authenticator, or one of your recovery codes")
	code.Fill = "one-time-code"
	v.Form = &ui.FormSpec{Action: "/sign-in/code", Submit: "Go on", Hidden: hiddenNext(c), Fields: []ui.Control{code}}
	if !credential.TOTPOn {
		v.Form.Fields[0].Hint = "Six digits, to show that it works"
		if v.Setup, err = a.codeSetup(c.Request().Context(), person, credential); err != nil {
			return err
		}
	}
	return render(c, f.status(), views.Code(v))
}

// codeSetup is the secret of somebody's codes as an authenticator takes it. It
// is drawn once and kept sealed until a code has proved it.
func (a *App) codeSetup(ctx context.Context, person access.Person, credential db.Credential) (*views.CodeSetup, error) {
	id := strconv.FormatInt(person.ID, 10)
	secret := ""
	if credential.TOTP != nil {
		plain, err := a.sealer.Open(signin.ForTOTP, id, string(credential.TOTP))
		if err != nil {
			return nil, err
		}
		secret = string(plain)
	} else {
		secret = signin.NewTOTPSecret()
		sealed, err := a.sealer.Seal(signin.ForTOTP, id, []byte(secret))
		if err != nil {
			return nil, err
		}
		if err := a.db.Auth().OfferTOTP(ctx, person.ID, []byte(sealed)); err != nil {
			return nil, err
		}
	}
	address, err := signin.TOTPURL("Switchyard", person.Email, secret)
	if err != nil {
		return nil, err
	}
	image, err := signin.TOTPImage(address, qrPixels)
	if err != nil {
		return nil, err
	}
	return &views.CodeSetup{Image: "data:image/png;base64," + base64.StdEncoding.EncodeToString(image), Secret: secret}, nil
}

// giveCode answers POST /sign-in/code.
func (a *App) giveCode(c echo.Context) error {
	if !subjectOf(c).Pending {
		return c.Redirect(http.StatusSeeOther, "/sign-in")
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, auth := c.Request().Context(), a.db.Auth()
	person, credential, err := a.provingPerson(c)
	if err != nil {
		return err
	}
	bucket := []string{"code " + strconv.FormatInt(person.ID, 10)}
	if n, err := auth.Failures(ctx, bucket, tryWindow); err != nil {
		return err
	} else if n[bucket[0]] >= triesOfPair {
		f.fail("code", "Too many wrong codes. Wait fifteen minutes.")
		return a.codePage(c, f)
	}
	by := actorOf(c)
	good, recovery, err := a.checkCode(ctx, by, person, credential, f.get("code"))
	if err != nil {
		return err
	}
	if !good {
		if err := auth.AddFailure(ctx, bucket, tryWindow); err != nil {
			return err
		}
		f.fail("code", "This code is wrong, or has been used. The next one comes within thirty seconds.")
		return a.codePage(c, f)
	}
	if err := auth.ForgetFailures(ctx, bucket); err != nil {
		return err
	}
	if err := a.signIn(c, person, false); err != nil { // what was half a session is not the one signed in
		return err
	}
	if recovery != nil {
		return a.recoveryPage(c, person, recovery, f)
	}
	return a.enter(c, f, person.Role)
}

// checkCode says whether a code is good, and spends it. The first code of a new
// secret turns codes on; the recovery codes are then drawn and returned.
func (a *App) checkCode(ctx context.Context, by access.Actor, person access.Person, credential db.Credential, text string) (good bool, recovery []string, err error) {
	auth := a.db.Auth()
	if hash, rerr := signin.HashRecoveryCode(text); rerr == nil && credential.TOTPOn {
		good, err = auth.UseRecoveryCode(ctx, by, person.ID, hash[:])
		return good, nil, err
	}
	secret, err := a.sealer.Open(signin.ForTOTP, strconv.FormatInt(person.ID, 10), string(credential.TOTP))
	if err != nil {
		return false, nil, err
	}
	step, ok := signin.CheckTOTP(string(secret), text, a.now(), credential.TOTPStep)
	if !ok {
		return false, nil, nil
	}
	if credential.TOTPOn {
		good, err = auth.UseTOTPStep(ctx, person.ID, step)
		return good, nil, err
	}
	codes, hashes := newRecoveryCodes()
	err = auth.TurnOnTOTP(ctx, by, person.ID, step, hashes)
	if errors.Is(err, db.ErrNotFound) { // another browser was faster
		return false, nil, nil
	}
	return err == nil, codes, err
}

func newRecoveryCodes() (codes []string, hashes [][]byte) {
	codes, drawn := signin.NewRecoveryCodes()
	for _, h := range drawn {
		hashes = append(hashes, h[:])
	}
	return codes, hashes
}

// recoveryPage shows new recovery codes, once.
func (a *App) recoveryPage(c echo.Context, person access.Person, codes []string, f *form) error {
	next := localPath(f.get("next"))
	if next == "" {
		next = home(person.Role)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return render(c, http.StatusOK, views.Recovery(views.RecoveryPage{Shell: a.bareShell(c, "Recovery codes"), Codes: codes, Next: next}))
}

// showCodes answers GET /account/codes.
func (a *App) showCodes(c echo.Context) error { return a.codesPage(c, newForm(nil)) }

func (a *App) codesPage(c echo.Context, f *form) error {
	ctx, auth := c.Request().Context(), a.db.Auth()
	person, credential, err := a.provingPerson(c)
	if err != nil {
		return err
	}
	if person.Persona != "" {
		return notFound("People of the demo have no codes.")
	}
	v := views.CodesPage{On: credential.TOTPOn, Needed: a.needsCode(person), Notice: saved(c)}
	if v.Left, err = auth.RecoveryCodesLeft(ctx, person.ID); err != nil {
		return err
	}
	code := f.control(ui.InputText, "code", "Code", "Six digits from your authenticator")
	code.Fill = "one-time-code"
	if credential.TOTPOn {
		v.Form = &ui.FormSpec{Action: "/account/codes/recovery", Submit: "Make new recovery codes", Fields: []ui.Control{code}}
	} else {
		v.Form = &ui.FormSpec{Action: "/account/codes", Submit: "Turn on", Fields: []ui.Control{code}}
		if v.Setup, err = a.codeSetup(ctx, person, credential); err != nil {
			return err
		}
	}
	err = a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "One-time codes")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Codes(v))
}

// changeCodes answers the posts of /account/codes: each needs a code that
// works.
func (a *App) changeCodes(then func(ctx context.Context, by access.Actor, person access.Person) ([]string, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		f, err := readForm(c)
		if err != nil {
			return err
		}
		ctx := c.Request().Context()
		person, credential, err := a.provingPerson(c)
		if err != nil {
			return err
		}
		if person.Persona != "" || credential.TOTP == nil {
			return badInput("There are no one-time codes to change.")
		}
		by := actorOf(c)
		good, recovery, err := a.checkCode(ctx, by, person, credential, f.get("code"))
		if err != nil {
			return err
		}
		if !good {
			f.fail("code", "This code is wrong, or has been used.")
			return a.codesPage(c, f)
		}
		if credential.TOTPOn {
			if recovery, err = then(ctx, by, person); err != nil {
				return err
			}
		}
		if recovery != nil {
			return a.recoveryPage(c, person, recovery, newForm(map[string]string{"next": "/account/codes"}))
		}
		return c.Redirect(http.StatusSeeOther, "/account/codes?saved=1")
	}
}

// replaceRecovery makes new recovery codes; the old ones end.
func (a *App) replaceRecovery(ctx context.Context, by access.Actor, person access.Person) ([]string, error) {
	codes, hashes := newRecoveryCodes()
	return codes, a.db.Auth().SetRecoveryCodes(ctx, by, person.ID, hashes)
}

// turnOffCodes ends codes, for those who need none.
func (a *App) turnOffCodes(ctx context.Context, by access.Actor, person access.Person) ([]string, error) {
	if a.needsCode(person) {
		return nil, badInput("Your role needs one-time codes.")
	}
	return nil, a.db.Auth().TurnOffTOTP(ctx, by, person.ID)
}
