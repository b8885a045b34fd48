// Package signin proves who somebody is.
//
// A person proves it with a password and, where it is set up, a one-time code
// or a recovery code; or through the company's OpenID Connect provider. A
// browser then proves it with a session token, a program with an API token, a
// letter with a link token, a guest with a share token. The package makes and
// checks all of these and keeps none: it knows neither the database nor the
// web framework, holds no state between calls but its keys, and reads no clock.
//
// What is kept, and how:
//
//   - passwords as Argon2id (password.go), checked against rules when chosen
//     (rules.go);
//   - tokens and recovery codes as SHA-256, since they are random and need no
//     slow hash (token.go, recovery.go);
//   - what must be read again, such as the secret of one-time codes, encrypted
//     under the server's secret (seal.go).
//
// Every parser of foreign text refuses what it does not know before anybody
// looks it up, and no error repeats what it was given.
package signin
