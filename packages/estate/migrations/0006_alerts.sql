-- Alerts: what is told to whom. Incidents tell of their changes in the transaction that changes them.

-- The outbox of incidents. Whoever changes incidents holds the row of watch_version until its transaction ends (see below): ids are
-- in the order of commits, and those of one transaction are together.
CREATE TABLE incident_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  incident_id integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), -- when its transaction began
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- `opened`: its first word; `changed`: what it was changed to is in `incident`; `note`: a person said something.
  kind text NOT NULL CHECK (kind IN ('opened', 'changed', 'note')),
  -- Columns of the incident that are told of, as they were after the change.
  incident object_jsonb NOT NULL,
  by text, -- of a note
  note text,
  FOREIGN KEY (trust_id, incident_id) REFERENCES incident (trust_id, id)
);
CREATE INDEX ON incident_change (incident_id, id);

CREATE FUNCTION told_of(i incident) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', i.id, 'trust', i.trust_id, 'kind', i.kind, 'state', i.state, 'severity', i.severity, 'title', i.title, 'cause', i.cause,
    'circuit', i.circuit_id, 'academy', i.academy_id, 'provider', i.provider_id, 'parent', i.parent_id,
    'startedMs', round(extract(epoch FROM i.started_at) * 1000), 'endedMs', round(extract(epoch FROM i.ended_at) * 1000),
    'flaps', i.flaps, 'backupCarried', i.backup_carried, 'maintenance', i.maintenance, 'mergedInto', i.merged_into,
    'reopened', i.reopened,
    'acknowledgedBy', i.acknowledged_by, 'acknowledgedMs', round(extract(epoch FROM i.acknowledged_at) * 1000),
    'acknowledgedUntilMs', round(extract(epoch FROM i.acknowledged_until) * 1000),
    'assignee', i.assignee, 'ticket', i.ticket_reference, 'faultClass', i.fault_class, 'supplier', i.supplier)
$$;

-- Before any row is written, whoever writes it.
CREATE FUNCTION hold_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM watch_version FOR UPDATE;
  RETURN NULL;
END $$;
CREATE TRIGGER incident_in_order BEFORE INSERT OR UPDATE ON incident FOR EACH STATEMENT EXECUTE FUNCTION hold_watch();
CREATE TRIGGER incident_entry_in_order BEFORE INSERT ON incident_entry FOR EACH STATEMENT EXECUTE FUNCTION hold_watch();

-- What one transaction does to an incident in several steps is one word: nobody sees what it was in between.
CREATE FUNCTION tell_of_incident() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said jsonb := told_of(NEW);
BEGIN
  IF TG_OP = 'UPDATE' AND said = told_of(OLD) THEN RETURN NULL; END IF;
  UPDATE incident_change SET incident = said
    WHERE id = (SELECT max(c.id) FROM incident_change c WHERE c.incident_id = NEW.id)
      AND kind <> 'note' AND transaction = pg_current_xact_id() AND at = now();
  IF NOT FOUND THEN
    INSERT INTO incident_change (trust_id, incident_id, kind, incident)
      VALUES (NEW.trust_id, NEW.id, CASE TG_OP WHEN 'INSERT' THEN 'opened' ELSE 'changed' END, said);
  END IF;
  PERFORM pg_notify('alerts_changed', '');
  RETURN NULL;
END $$;
CREATE TRIGGER incident_told AFTER INSERT OR UPDATE ON incident FOR EACH ROW EXECUTE FUNCTION tell_of_incident();

CREATE FUNCTION tell_of_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO incident_change (trust_id, incident_id, kind, incident, by, note)
    SELECT i.trust_id, i.id, 'note', told_of(i), NEW.actor, NEW.text FROM incident i WHERE i.id = NEW.incident_id;
  PERFORM pg_notify('alerts_changed', '');
  RETURN NULL;
END $$;
CREATE TRIGGER incident_note_told AFTER INSERT ON incident_entry FOR EACH ROW
  WHEN (NEW.kind = 'note' AND NEW.actor IS NOT NULL) EXECUTE FUNCTION tell_of_note();

-- What goes on already.
INSERT INTO incident_change (trust_id, incident_id, kind, incident)
  SELECT i.trust_id, i.id, 'opened', told_of(i) FROM incident i WHERE i.state <> 'resolved' ORDER BY i.id;

-- Use of each circuit in the last minutes, latest last: what is full is found without ClickHouse.
CREATE TABLE circuit_usage (
  circuit_id integer PRIMARY KEY REFERENCES circuit ON DELETE CASCADE,
  minute timestamptz NOT NULL, -- of the last
  in_bps real[] NOT NULL CHECK (cardinality(in_bps) <= 120), -- NaN: nothing was seen
  out_bps real[] NOT NULL CHECK (cardinality(out_bps) = cardinality(in_bps))
) WITH (fillfactor = 50);

-- Certificates that probes were shown.
CREATE TABLE circuit_certificate (
  circuit_id integer NOT NULL REFERENCES circuit ON DELETE CASCADE,
  target text NOT NULL CHECK (length(target) BETWEEN 1 AND 1000),
  expires_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (circuit_id, target)
);

-- Counts changes of rules, subscriptions, silences and status pages.
CREATE TABLE alerting_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL
);
INSERT INTO alerting_version (version) VALUES (0);

-- The notifier that leads, and how far it has read what incidents tell. Whoever changes deliveries holds its row.
CREATE TABLE notifier (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch bigint NOT NULL,
  holder text NOT NULL CHECK (length(holder) <= 200),
  claimed_at timestamptz NOT NULL DEFAULT now(),
  change_id bigint NOT NULL
);
INSERT INTO notifier (epoch, holder, change_id) VALUES (0, '', 0);

CREATE DOMAIN alert_severity AS text CHECK (VALUE IN ('critical', 'major', 'minor', 'info'));

-- Rules that were changed or added. A kind's default has the kind's name for slug, and no row until somebody changes it.
CREATE TABLE alert_rule (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  body object_jsonb NOT NULL, -- AlertRuleBody of the contract
  revision integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (trust_id, slug)
);

CREATE TABLE subscription (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  format text NOT NULL CHECK (length(format) BETWEEN 1 AND 40),
  enabled boolean NOT NULL,
  body object_jsonb NOT NULL, -- SubscriptionBody of the contract, without its secrets
  -- Of secrets by name: [{keyId, sealed (base64), untilMs}], latest first. `signing` and `inbound` have two while they are rotated.
  secrets object_jsonb NOT NULL DEFAULT '{}',
  disabled_reason short_text,
  disabled_at timestamptz,
  breaker object_jsonb NOT NULL DEFAULT '{}', -- {state, failures, untilMs, failingSinceMs, lastError}
  last_delivered_at timestamptz,
  removed_at timestamptz, -- what it was sent stays in the log
  -- By which the trust's safeguarding leads are told: nobody sees it, or changes it.
  safeguarding boolean NOT NULL DEFAULT false,
  revision integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((disabled_reason IS NULL) = (disabled_at IS NULL))
);
CREATE UNIQUE INDEX subscription_slug ON subscription (trust_id, slug) WHERE removed_at IS NULL AND NOT safeguarding;
CREATE UNIQUE INDEX subscription_safeguarding ON subscription (trust_id) WHERE safeguarding;

CREATE TABLE silence (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  matchers list_jsonb NOT NULL,
  start_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL CHECK (end_at > start_at),
  rrule text CHECK (length(rrule) BETWEEN 1 AND 500),
  time_zone short_text,
  comment long_text NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  revision integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL
);
CREATE INDEX ON silence (trust_id);

-- Alerts that fire, and those that did.
CREATE TABLE alert (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 300),
  body object_jsonb NOT NULL, -- Alert of the notifier
  safeguarding boolean NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz, -- null: it fires
  UNIQUE (trust_id, key)
);
CREATE INDEX ON alert (trust_id) WHERE ended_at IS NULL;
CREATE INDEX ON alert (ended_at);

-- What a subscription knows of one problem: a ticket, where the receiver has such.
CREATE TABLE alert_group (
  id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  subscription_id integer NOT NULL REFERENCES subscription,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 1000),
  body object_jsonb NOT NULL, -- AlertGroup of the notifier
  closed_at timestamptz,
  ticket_id text CHECK (length(ticket_id) <= 500),
  ticket_reference short_text,
  ticket_url url
);
CREATE INDEX ON alert_group (subscription_id, key);
CREATE INDEX ON alert_group (closed_at);

CREATE TABLE delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message text NOT NULL UNIQUE CHECK (length(message) BETWEEN 1 AND 64),
  subscription_id integer NOT NULL REFERENCES subscription,
  group_id bigint NOT NULL REFERENCES alert_group,
  seq integer NOT NULL CHECK (seq > 0),
  event text NOT NULL CHECK (length(event) <= 40),
  notification object_jsonb NOT NULL, -- Notification of the contract
  title text NOT NULL CHECK (length(title) <= 500),
  severity alert_severity NOT NULL,
  incident_id integer REFERENCES incident,
  safeguarding boolean NOT NULL DEFAULT false, -- is in no log
  state text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead', 'cancelled')),
  -- The first of its group that waits: only heads are sent, so that a group's are in order.
  head boolean NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  unknown boolean NOT NULL DEFAULT false, -- an attempt ended without an answer: it may have had its effect
  next_at timestamptz NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz,
  error text CHECK (length(error) <= 1000),
  UNIQUE (group_id, seq),
  CHECK (NOT head OR state = 'pending'),
  CHECK ((state = 'pending') = (done_at IS NULL))
  -- Notifications lie beside the rows, so that what changes with each attempt, and is searched, is small.
) WITH (toast_tuple_target = 256);
CREATE INDEX delivery_heads ON delivery (subscription_id, next_at) WHERE head;
CREATE UNIQUE INDEX delivery_head_once ON delivery (group_id) WHERE head;
CREATE INDEX delivery_waiting ON delivery (group_id, seq) WHERE state = 'pending';
CREATE INDEX delivery_pending ON delivery (subscription_id) WHERE state = 'pending';
CREATE INDEX delivery_dead ON delivery (subscription_id) WHERE state = 'dead';
CREATE INDEX ON delivery (incident_id);
CREATE INDEX ON delivery (done_at);
CREATE INDEX ON delivery (subscription_id, id);

-- What went over the wire, secrets hidden.
CREATE TABLE delivery_exchange (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id bigint NOT NULL REFERENCES delivery ON DELETE CASCADE,
  at timestamptz NOT NULL,
  body object_jsonb NOT NULL CHECK (pg_column_size(body) <= 131072) -- Exchange of the contract
);
CREATE INDEX ON delivery_exchange (delivery_id);
CREATE INDEX ON delivery_exchange (at);

-- Inbound messages that were taken: a repeat is none.
CREATE TABLE inbound_message (
  subscription_id integer NOT NULL REFERENCES subscription,
  message text NOT NULL CHECK (length(message) BETWEEN 1 AND 200),
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscription_id, message)
);
CREATE INDEX ON inbound_message (at);

CREATE TABLE status_page (
  academy_id integer PRIMARY KEY REFERENCES academy ON DELETE CASCADE,
  enabled boolean NOT NULL,
  token text NOT NULL UNIQUE CHECK (token ~ '^[a-z0-9]{26}$'),
  title short_text,
  message text CHECK (length(message) <= 1000),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
