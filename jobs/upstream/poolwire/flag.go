package poolwire

// Flag is true or false; false if missing.
func (o *Object) Flag(key string) bool {
	var v bool
	o.into(key, "true or false", &v)
	return v
}
