-- The watch: what the watcher found of each circuit, incidents, what people said of them, maintenance, reports.

-- Several targets; the circuit that it depends on; where the provider's circuits can fail together.
ALTER TABLE circuit ALTER COLUMN probe TYPE long_text;
ALTER TABLE circuit
  ADD COLUMN parent_id integer CHECK (parent_id <> id),
  ADD COLUMN pop short_text,
  ADD FOREIGN KEY (trust_id, parent_id) REFERENCES circuit (trust_id, id);
CREATE INDEX ON circuit (parent_id);

-- Counts what changes of the watch, so that figures know when to be made again. Whoever writes here locks it first: the watcher's
-- commit and what people do are one after the other.
CREATE TABLE watch_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL
);
INSERT INTO watch_version (version) VALUES (0);

-- The watcher that leads: who claimed the latest epoch. A commit under an earlier one is refused.
CREATE TABLE watcher (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch bigint NOT NULL,
  holder text NOT NULL CHECK (length(holder) <= 200),
  claimed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO watcher (epoch, holder) VALUES (0, '');

-- The first message of each partition that what is stored here does not hold.
CREATE TABLE watcher_position (
  topic text NOT NULL CHECK (length(topic) BETWEEN 1 AND 249),
  partition integer NOT NULL CHECK (partition >= 0),
  log text NOT NULL CHECK (length(log) <= 200), -- another one when the queue was made anew
  "offset" bigint NOT NULL CHECK ("offset" >= 0),
  PRIMARY KEY (topic, partition)
);

CREATE DOMAIN line_state AS text CHECK (VALUE IN ('up', 'degraded', 'down', 'unknown'));
CREATE DOMAIN line_cause AS text CHECK (VALUE IN ('link', 'admin', 'path', 'probe', 'silent', 'quality', 'collector', 'unseen',
  'corrected', 'none'));
CREATE DOMAIN exclusion_code AS text CHECK (VALUE IN ('planned', 'emergency-works', 'customer-caused', 'customer-equipment',
  'site-power', 'no-access', 'refused-visit', 'with-customer', 'force-majeure', 'third-party-tail', 'suspended'));

-- Updated all the time, and no indexed column of it: room on each page keeps the new row beside the old one.
CREATE TABLE circuit_state (
  circuit_id integer PRIMARY KEY REFERENCES circuit ON DELETE CASCADE,
  state line_state NOT NULL,
  cause line_cause NOT NULL,
  since_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  snapshot bytea NOT NULL CHECK (octet_length(snapshot) <= 65536)
) WITH (fillfactor = 50);

-- What each circuit was, with its evidence. A row is never changed: what is found to be otherwise supersedes it, and it is kept.
CREATE TABLE circuit_interval (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  circuit_id integer NOT NULL REFERENCES circuit ON DELETE CASCADE,
  from_at timestamptz NOT NULL,
  to_at timestamptz CHECK (to_at > from_at), -- null: it goes on
  state line_state NOT NULL,
  cause line_cause NOT NULL,
  evidence list_jsonb NOT NULL CHECK (jsonb_array_length(evidence) <= 50),
  made_at timestamptz NOT NULL DEFAULT now(),
  superseded_at timestamptz,
  -- Deferred: what supersedes and what is superseded are written by one statement.
  CONSTRAINT circuit_interval_apart EXCLUDE USING gist (circuit_id WITH =, tstzrange(from_at, to_at) WITH &&)
    WHERE (superseded_at IS NULL) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX circuit_interval_current ON circuit_interval (circuit_id, from_at) WHERE superseded_at IS NULL;
-- All, for a circuit that is removed.
CREATE INDEX ON circuit_interval (circuit_id);

CREATE FUNCTION circuit_interval_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Those of a circuit that is removed go with it.
  IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
    AND (NEW.id, NEW.circuit_id, NEW.from_at, NEW.to_at, NEW.state, NEW.cause, NEW.evidence, NEW.made_at)
      IS NOT DISTINCT FROM (OLD.id, OLD.circuit_id, OLD.from_at, OLD.to_at, OLD.state, OLD.cause, OLD.evidence, OLD.made_at)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'circuit_interval is immutable: it can be superseded, once' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER circuit_interval_kept BEFORE UPDATE OR DELETE ON circuit_interval
  FOR EACH ROW EXECUTE FUNCTION circuit_interval_kept();
CREATE TRIGGER circuit_interval_not_emptied BEFORE TRUNCATE ON circuit_interval
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE circuit_quality (
  circuit_id integer NOT NULL REFERENCES circuit ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('flows-counters-gap')),
  value double precision, -- null: fine again
  at timestamptz NOT NULL,
  PRIMARY KEY (circuit_id, kind)
);

-- What the watcher says and what people say are in columns of their own, so that neither undoes the other; what holds is made of both.
CREATE TABLE incident (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 300),
  -- What the watcher says.
  kind text NOT NULL CHECK (kind IN ('outage', 'degradation', 'blind', 'quality', 'site', 'device', 'provider')),
  watched_state text NOT NULL CHECK (watched_state IN ('open', 'recovering', 'resolved')),
  watched_severity text NOT NULL CHECK (watched_severity IN ('critical', 'major', 'minor', 'info')),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
  cause text NOT NULL CHECK (length(cause) BETWEEN 1 AND 64),
  circuit_id integer,
  academy_id integer,
  provider_id integer,
  watched_parent_id integer,
  watched_started_at timestamptz NOT NULL,
  watched_ended_at timestamptz CHECK (watched_ended_at >= watched_started_at),
  detected_at timestamptz NOT NULL,
  watched_resolved_at timestamptz,
  flaps integer NOT NULL CHECK (flaps >= 0),
  backup_carried boolean NOT NULL,
  maintenance boolean NOT NULL,
  -- What people say; null: nothing.
  said_state text CHECK (said_state IN ('open', 'resolved')),
  said_state_at timestamptz,
  said_severity text CHECK (said_severity IN ('critical', 'major', 'minor', 'info')),
  said_started_at timestamptz,
  said_ended_at timestamptz,
  left_parent_id integer, -- the one that it was split from
  merged_into integer CHECK (merged_into <> id),
  merged_at timestamptz,
  acknowledged_by text,
  acknowledged_at timestamptz,
  acknowledged_until timestamptz,
  assignee short_text,
  ticket_reference short_text,
  ticket_url url,
  supplier object_jsonb NOT NULL DEFAULT '{}',
  fault_class text CHECK (fault_class IN ('total', 'partial', 'intermittent', 'fibreBreak')),
  reopened integer NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 1, -- of what people say
  changed_by text,
  -- Of those that were merged into it: times only of its own circuit's; `infinity`: one of them goes on.
  merged_started_at timestamptz,
  merged_ended_at timestamptz,
  merged_state text,
  -- What holds.
  parent_id integer GENERATED ALWAYS AS (nullif(watched_parent_id, left_parent_id)) STORED,
  severity text NOT NULL GENERATED ALWAYS AS (coalesce(said_severity, watched_severity)) STORED,
  started_at timestamptz NOT NULL
    GENERATED ALWAYS AS (least(coalesce(said_started_at, watched_started_at), merged_started_at)) STORED,
  ended_at timestamptz GENERATED ALWAYS AS (
    CASE WHEN watched_ended_at IS NULL OR merged_ended_at = 'infinity' THEN NULL
      ELSE greatest(coalesce(said_ended_at, watched_ended_at), merged_ended_at) END) STORED,
  state text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN merged_into IS NOT NULL THEN 'resolved'
      WHEN said_state IS NOT NULL THEN said_state
      WHEN 'open' IN (watched_state, merged_state) THEN 'open'
      WHEN 'recovering' IN (watched_state, merged_state) THEN 'recovering'
      ELSE 'resolved' END) STORED,
  CHECK ((said_state IS NULL) = (said_state_at IS NULL)),
  CHECK ((merged_into IS NULL) = (merged_at IS NULL)),
  CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
  UNIQUE (trust_id, id),
  FOREIGN KEY (trust_id, circuit_id) REFERENCES circuit (trust_id, id),
  FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  FOREIGN KEY (trust_id, provider_id) REFERENCES provider (trust_id, id),
  FOREIGN KEY (trust_id, watched_parent_id) REFERENCES incident (trust_id, id),
  FOREIGN KEY (trust_id, left_parent_id) REFERENCES incident (trust_id, id),
  FOREIGN KEY (trust_id, merged_into) REFERENCES incident (trust_id, id)
);
CREATE INDEX ON incident (trust_id, id) WHERE state <> 'resolved';
CREATE INDEX ON incident (id) WHERE watched_state <> 'resolved';
CREATE INDEX ON incident (watched_resolved_at);
CREATE INDEX ON incident (circuit_id, started_at);
CREATE INDEX ON incident (academy_id);
CREATE INDEX ON incident (provider_id);
CREATE INDEX ON incident (watched_parent_id);
CREATE INDEX ON incident (left_parent_id);
CREATE INDEX ON incident (parent_id);
CREATE INDEX ON incident (merged_into);
CREATE TRIGGER incident_kept BEFORE DELETE OR TRUNCATE ON incident FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What the incidents merged into some others mean for those.
CREATE FUNCTION gather_merged(targets integer[]) RETURNS void LANGUAGE sql AS $$
  UPDATE incident t SET merged_started_at = g.started_at, merged_ended_at = g.ended_at, merged_state = g.state
  FROM (
    SELECT i.id,
      min(coalesce(m.said_started_at, m.watched_started_at)) FILTER (WHERE m.circuit_id = i.circuit_id) AS started_at,
      max(CASE WHEN m.watched_ended_at IS NULL THEN 'infinity' ELSE coalesce(m.said_ended_at, m.watched_ended_at) END)
        FILTER (WHERE m.circuit_id = i.circuit_id) AS ended_at,
      min(coalesce(m.said_state, m.watched_state)) AS state -- "open" comes before "recovering" and "resolved"
    FROM incident i LEFT JOIN incident m ON m.merged_into = i.id WHERE i.id = ANY (targets) GROUP BY i.id
  ) g
  WHERE t.id = g.id
    AND (t.merged_started_at, t.merged_ended_at, t.merged_state) IS DISTINCT FROM (g.started_at, g.ended_at, g.state)
$$;

CREATE TABLE incident_entry (
  incident_id integer NOT NULL REFERENCES incident,
  seq integer NOT NULL CHECK (seq > 0),
  key text CHECK (length(key) BETWEEN 1 AND 300), -- of the watcher's
  at timestamptz NOT NULL, -- what it tells of
  made_at timestamptz NOT NULL DEFAULT now(),
  actor text, -- null: the watcher
  kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
  text text NOT NULL CHECK (length(text) <= 5000),
  detail object_jsonb NOT NULL,
  PRIMARY KEY (incident_id, seq),
  UNIQUE (incident_id, key),
  CHECK ((key IS NULL) = (actor IS NOT NULL))
);
CREATE TRIGGER incident_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What people said of stretches of a circuit's time. Taking one back is another row.
CREATE TABLE annotation (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  kind text NOT NULL CHECK (kind IN ('exclusion', 'correction', 'taken-back')),
  circuit_id integer,
  from_at timestamptz, -- null: from the beginning of its incident, wherever that comes to be
  to_at timestamptz, -- null: to its end
  code exclusion_code,
  state line_state,
  reason long_text NOT NULL,
  incident_id integer, -- the circuit's
  said_of integer, -- the one that it was said of: the same, or a group that it is a member of
  takes_back integer,
  by text NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (trust_id, id),
  CONSTRAINT annotation_taken_back_once UNIQUE (trust_id, takes_back),
  FOREIGN KEY (trust_id, circuit_id) REFERENCES circuit (trust_id, id),
  FOREIGN KEY (trust_id, incident_id) REFERENCES incident (trust_id, id),
  FOREIGN KEY (trust_id, said_of) REFERENCES incident (trust_id, id),
  FOREIGN KEY (trust_id, takes_back) REFERENCES annotation (trust_id, id),
  CHECK (to_at > from_at),
  CHECK ((kind = 'exclusion') = (code IS NOT NULL)),
  CHECK ((kind = 'correction') = (state IS NOT NULL)),
  CHECK ((kind = 'taken-back') = (takes_back IS NOT NULL)),
  CHECK (kind = 'taken-back' OR num_nulls(circuit_id, incident_id, said_of) = 0),
  CHECK (kind <> 'correction' OR num_nulls(from_at, to_at) = 0)
);
CREATE INDEX ON annotation (incident_id);
CREATE INDEX ON annotation (said_of);
CREATE INDEX ON annotation (circuit_id, from_at);
CREATE TRIGGER annotation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON annotation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE maintenance (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  title short_text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('circuit', 'academy', 'site', 'provider', 'trust')),
  circuit_id integer,
  academy_id integer,
  site_id integer,
  provider_id integer,
  start_at timestamptz NOT NULL,
  end_at timestamptz NOT NULL CHECK (end_at > start_at),
  rrule text CHECK (length(rrule) BETWEEN 1 AND 500),
  time_zone short_text,
  notified_at timestamptz,
  code text NOT NULL CHECK (code IN ('planned', 'emergency-works')),
  reference short_text,
  note long_text,
  entered_at timestamptz NOT NULL,
  entered_by text NOT NULL,
  cancelled_at timestamptz,
  revision integer NOT NULL DEFAULT 1,
  changed_by text NOT NULL,
  FOREIGN KEY (trust_id, circuit_id) REFERENCES circuit (trust_id, id),
  FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  FOREIGN KEY (trust_id, site_id) REFERENCES site (trust_id, id),
  FOREIGN KEY (trust_id, provider_id) REFERENCES provider (trust_id, id),
  CHECK ((scope = 'circuit') = (circuit_id IS NOT NULL)),
  CHECK ((scope = 'academy') = (academy_id IS NOT NULL)),
  CHECK ((scope = 'site') = (site_id IS NOT NULL)),
  CHECK ((scope = 'provider') = (provider_id IS NOT NULL))
);
CREATE INDEX ON maintenance (trust_id);
CREATE INDEX ON maintenance (circuit_id);
CREATE INDEX ON maintenance (academy_id);
CREATE INDEX ON maintenance (site_id);
CREATE INDEX ON maintenance (provider_id);
CREATE TRIGGER maintenance_kept BEFORE DELETE OR TRUNCATE ON maintenance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Reports as they were issued. Each after the first of a month says why.
CREATE TABLE report_issue (
  trust_id integer NOT NULL REFERENCES trust,
  month text NOT NULL CHECK (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
  number integer NOT NULL CHECK (number > 0),
  at timestamptz NOT NULL,
  by text NOT NULL,
  reason short_text CHECK (number = 1 OR reason IS NOT NULL),
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the HTML
  -- gzip (RFC 1952)
  html bytea NOT NULL,
  csv bytea NOT NULL,
  figures bytea NOT NULL,
  PRIMARY KEY (trust_id, month, number)
);
-- They are compressed already.
ALTER TABLE report_issue ALTER COLUMN html SET STORAGE EXTERNAL, ALTER COLUMN csv SET STORAGE EXTERNAL,
  ALTER COLUMN figures SET STORAGE EXTERNAL;
CREATE TRIGGER report_issue_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_issue
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
