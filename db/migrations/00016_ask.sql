-- Somebody who may not open a page asks for it: administrators are told on their
-- page, once for as long as nobody has answered.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION core.ask(name text, body text, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
AS $$ BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('core.ask ' || ask.name));
    IF EXISTS (SELECT FROM core.alert a WHERE a.rule_id = 0 AND a.name = ask.name AND a.text = ask.body AND a.acknowledged_at IS NULL AND a.resolved_at IS NULL)
       OR (SELECT count(*) FROM core.alert a WHERE a.rule_id = 0 AND a.name = ask.name AND a.fired_at > ask.at - interval '1 day') >= 5 THEN
        RETURN false;
    END IF;
    INSERT INTO core.alert (rule_id, room, name, critical, text, fired_at) VALUES (0, 'core', ask.name, false, ask.body, ask.at);
    RETURN true;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION core.ask(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.ask(text, text, timestamptz) TO switchyard_auth;
