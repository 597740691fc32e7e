-- Who may sign in, and as what. Accounts belong to a trust by its label: they are there before its first record is.
-- Nothing here holds a password, a session, a token or a link in plain text.

CREATE TABLE account (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust slug NOT NULL,
  email text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254 AND email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND name !~ '[[:cntrl:]]'),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
  -- PHC text; null: invited, or signs in elsewhere.
  password_hash text CHECK (password_hash LIKE '$argon2id$%' AND length(password_hash) <= 300),
  -- AES-256-GCM, the nonce before and the tag behind the secret. Pending: shown, and not confirmed yet.
  totp_sealed bytea CHECK (octet_length(totp_sealed) BETWEEN 38 AND 200),
  totp_pending bytea CHECK (octet_length(totp_pending) BETWEEN 38 AND 200),
  -- Time step of the code that was used last: no code signs in twice (RFC 6238, section 5.2).
  totp_step bigint,
  oidc_issuer text CHECK (length(oidc_issuer) BETWEEN 1 AND 500),
  oidc_subject text CHECK (length(oidc_subject) BETWEEN 1 AND 255), -- OpenID Connect Core 1.0, section 2
  revision integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  last_sign_in_at timestamptz,
  CONSTRAINT account_email_once UNIQUE (trust, email),
  CONSTRAINT account_subject_once UNIQUE (trust, oidc_issuer, oidc_subject),
  CHECK (num_nulls(oidc_issuer, oidc_subject) <> 1),
  CHECK (oidc_subject IS NULL OR num_nonnulls(password_hash, totp_sealed, totp_pending) = 0)
);

-- The roles that the contract names.
CREATE TABLE account_grant (
  account_id integer NOT NULL REFERENCES account,
  role text NOT NULL CHECK (role IN ('admin', 'noc', 'trust-leader', 'academy-reader', 'helpdesk', 'safeguarding-lead',
    'data-protection-officer')),
  -- Null: the whole trust. An academy whose making is undone takes along who had access to it.
  academy_id integer REFERENCES academy ON DELETE CASCADE,
  CONSTRAINT account_grant_once UNIQUE NULLS NOT DISTINCT (account_id, role, academy_id),
  CONSTRAINT account_grant_scope CHECK (academy_id IS NULL OR role NOT IN ('admin', 'data-protection-officer'))
);
CREATE INDEX ON account_grant (academy_id);

CREATE FUNCTION account_grant_trust() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.academy_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM account a JOIN trust t ON t.slug = a.trust JOIN academy y ON y.trust_id = t.id
    WHERE a.id = NEW.account_id AND y.id = NEW.academy_id)
  THEN RAISE EXCEPTION 'the academy belongs to another trust' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_grant_trust';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_grant_trust BEFORE INSERT OR UPDATE ON account_grant FOR EACH ROW EXECUTE FUNCTION account_grant_trust();

-- Someone must be left who can let others in. Checked when a transaction ends, one at a time: two that each remove the other
-- administrator cannot both pass. `linewatch.renewal`: the identity provider's word counts more.
CREATE FUNCTION administrator_remains() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  whose slug := CASE TG_TABLE_NAME WHEN 'account' THEN to_jsonb(OLD) ->> 'trust'
    ELSE (SELECT trust FROM account WHERE id = (to_jsonb(OLD) ->> 'account_id')::integer) END;
BEGIN
  IF current_setting('linewatch.renewal', true) = 'on' THEN RETURN NULL; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('administrator ' || whose, 0));
  IF NOT EXISTS (
    SELECT FROM account a JOIN account_grant g ON g.account_id = a.id
    WHERE a.trust = whose AND a.state = 'active' AND g.role = 'admin' AND num_nonnulls(a.password_hash, a.oidc_subject) > 0)
  THEN RAISE EXCEPTION 'no administrator would be left' USING ERRCODE = 'check_violation', CONSTRAINT = 'last_administrator';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER account_administrator AFTER UPDATE OF state ON account DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.state = 'active' AND NEW.state <> 'active') EXECUTE FUNCTION administrator_remains();
CREATE CONSTRAINT TRIGGER account_grant_administrator AFTER UPDATE OR DELETE ON account_grant DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.role = 'admin') EXECUTE FUNCTION administrator_remains();

CREATE TABLE recovery_code (
  account_id integer NOT NULL REFERENCES account,
  code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
  PRIMARY KEY (account_id, code_hash)
);

-- SHA-256 is enough for 256 random bits: there is nothing to guess.
CREATE TABLE session (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id integer NOT NULL REFERENCES account,
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
  address inet,
  user_agent text NOT NULL CHECK (length(user_agent) <= 300)
);
CREATE INDEX ON session (account_id);

CREATE TABLE api_token (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id integer NOT NULL REFERENCES account,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND name !~ '[[:cntrl:]]'),
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  permissions text[] NOT NULL CHECK (cardinality(permissions) BETWEEN 1 AND 50),
  academy_ids integer[] CHECK (cardinality(academy_ids) <= 2000), -- null: as far as its owner's reach
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at AND expires_at <= created_at + interval '401 days'),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX ON api_token (account_id);

-- Links that set a password, each good once. Without an account: the set-up of the first administrator.
CREATE TABLE access_link (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust slug NOT NULL,
  account_id integer REFERENCES account,
  purpose text NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset')),
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  -- Whoever uses it has lost the second factor.
  ends_totp boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
  CHECK ((purpose = 'setup') = (account_id IS NULL))
);
-- A new link replaces the one before.
CREATE UNIQUE INDEX access_link_once ON access_link (trust, account_id) NULLS NOT DISTINCT;

-- Attempts that failed, by account and by address, so that guessing stays slow over restarts.
CREATE TABLE sign_in_attempt (
  trust slug NOT NULL,
  kind text NOT NULL CHECK (kind IN ('account', 'address')),
  subject text NOT NULL CHECK (length(subject) <= 64),
  failures integer NOT NULL CHECK (failures >= 0),
  since timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (trust, kind, subject)
);
CREATE INDEX ON sign_in_attempt (last_at);
