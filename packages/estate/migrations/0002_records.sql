-- The whole estate: what each kind of record in the contract needs, who changed what, and how to undo it.
-- A record is named by its slug (the id that people see) within its kind and trust.

CREATE DOMAIN long_text AS text CHECK (length(VALUE) BETWEEN 1 AND 4000);
CREATE DOMAIN tags AS text[] CHECK (
  cardinality(VALUE) <= 20 AND array_position(VALUE, NULL) IS NULL
  AND (cardinality(VALUE) = 0 OR array_to_string(VALUE, ' ')
    ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?( [a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?)*$'));
CREATE DOMAIN bit_rate AS bigint CHECK (VALUE BETWEEN 1000 AND 10000000000000); -- bit/s
CREATE DOMAIN pence AS bigint CHECK (VALUE BETWEEN 0 AND 9999999999); -- of a pound sterling, without VAT
CREATE DOMAIN clock AS text CHECK (VALUE ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$');
CREATE DOMAIN postcode AS text CHECK (VALUE ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$');
CREATE DOMAIN email AS text CHECK (length(VALUE) <= 254 AND VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$');
CREATE DOMAIN phone AS text CHECK (VALUE ~ '^[0-9+(). x-]{3,40}$');
CREATE DOMAIN url AS text CHECK (length(VALUE) <= 500 AND VALUE ~ '^https?://');
CREATE DOMAIN list_jsonb AS jsonb CHECK (jsonb_typeof(VALUE) = 'array');
CREATE DOMAIN object_jsonb AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');

-- As in the contract; a domain, because academies, templates and circuits share them.
CREATE DOMAIN phase AS text CHECK (VALUE IN ('Nursery', 'Primary', 'Middle deemed primary', 'Secondary',
  'Middle deemed secondary', 'All-through', '16 plus', 'Not applicable'));
CREATE DOMAIN service_kind AS text CHECK (VALUE IN ('leased-line', 'sd-wan', 'broadband', 'mobile', 'vpn', 'voice', 'cloud',
  'disaster-recovery', 'filtering'));
CREATE DOMAIN access_technology AS text CHECK (VALUE IN ('fibre-ethernet', 'fttp', 'fttc', 'sogea', 'adsl', 'cable',
  'copper-ethernet', '4g', '5g', 'satellite', 'radio', 'overlay'));
CREATE DOMAIN circuit_role AS text CHECK (VALUE IN ('primary', 'backup'));

CREATE TABLE cluster (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  notes long_text
);

CREATE TABLE calendar (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  time_zone short_text,
  school_day_from clock,
  school_day_to clock,
  weekdays text[] CHECK (weekdays <@ ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  terms list_jsonb,
  inset list_jsonb,
  holidays list_jsonb,
  CHECK (num_nulls(school_day_from, school_day_to) <> 1 AND school_day_from < school_day_to)
);

CREATE TABLE profile (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  down_minimum_bps bit_rate,
  up_minimum_bps bit_rate,
  full_fibre boolean,
  backup text CHECK (backup IN ('none', 'any', 'other-provider', 'other-technology', 'both')),
  peak_percent double precision CHECK (peak_percent BETWEEN 1 AND 100),
  standards text[] CHECK (cardinality(standards) <= 12),
  notes long_text
);

ALTER TABLE provider
  ADD COLUMN account short_text,
  ADD COLUMN fault_line phone,
  ADD COLUMN fault_email email,
  ADD COLUMN portal url,
  ADD COLUMN account_manager short_text,
  ADD COLUMN account_email email,
  ADD COLUMN iwf_member boolean,
  ADD COLUMN notes long_text,
  ADD COLUMN tags tags;

CREATE TABLE contract (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  provider_id integer NOT NULL,
  type text CHECK (type IN ('service', 'maintenance', 'lease', 'framework', 'licence', 'support')),
  reference short_text,
  start date,
  "end" date CHECK ("end" > start),
  notice_months integer CHECK (notice_months BETWEEN 0 AND 60),
  rolling text CHECK (rolling IN ('ends', 'monthly', 'quarterly', 'yearly', 'same-term')),
  notice_given date,
  uplift object_jsonb,
  vat_percent double precision CHECK (vat_percent BETWEEN 0 AND 100),
  sla object_jsonb,
  claim_email email,
  claim_address long_text,
  owner short_text,
  notes long_text,
  tags tags,
  FOREIGN KEY (trust_id, provider_id) REFERENCES provider (trust_id, id)
);
CREATE INDEX ON contract (provider_id);

-- What a contract costs a month from a day on.
CREATE TABLE contract_price (
  contract_id integer NOT NULL REFERENCES contract ON DELETE CASCADE,
  since date NOT NULL,
  monthly pence NOT NULL,
  note short_text,
  PRIMARY KEY (contract_id, since)
);

ALTER TABLE academy
  ADD COLUMN cluster_id integer,
  ADD COLUMN capacity integer CHECK (capacity >= 0),
  ADD COLUMN ukprn integer CHECK (ukprn BETWEEN 10000000 AND 99999999),
  ADD COLUMN street short_text,
  ADD COLUMN locality short_text,
  ADD COLUMN town short_text,
  ADD COLUMN county short_text,
  ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
  ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
  ADD COLUMN joined date,
  ADD COLUMN "left" date CHECK ("left" > joined),
  ADD COLUMN calendar_id integer,
  ADD COLUMN profile_id integer,
  ADD COLUMN exceptions list_jsonb,
  ADD COLUMN notes long_text,
  ADD COLUMN tags tags,
  ADD CHECK (num_nulls(latitude, longitude) <> 1);

-- A URN is one school's: of those that two academies bear now, the latest stays.
ALTER TABLE academy_urn ADD COLUMN trust_id integer;
UPDATE academy_urn u SET trust_id = a.trust_id FROM academy a WHERE a.id = u.academy_id;
ALTER TABLE academy_urn ALTER COLUMN trust_id SET NOT NULL;
UPDATE academy_urn u SET until = now()
WHERE until IS NULL AND EXISTS (
  SELECT FROM academy_urn later
  WHERE later.trust_id = u.trust_id AND later.urn = u.urn AND later.until IS NULL AND later.id > u.id);
CREATE UNIQUE INDEX academy_urn_once ON academy_urn (trust_id, urn) WHERE until IS NULL;

CREATE TABLE site (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  academy_id integer NOT NULL,
  street short_text,
  town short_text,
  postcode postcode,
  latitude double precision CHECK (latitude BETWEEN -90 AND 90),
  longitude double precision CHECK (longitude BETWEEN -180 AND 180),
  access_hours short_text,
  access_notes long_text,
  notes long_text,
  CHECK (num_nulls(latitude, longitude) <> 1),
  FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id)
);
CREATE INDEX ON site (academy_id);

CREATE TABLE contact (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  academy_id integer,
  site_id integer,
  provider_id integer,
  duty text CHECK (duty IN ('site', 'it-lead', 'head', 'safeguarding-lead', 'governor', 'estates', 'supplier', 'other')),
  phone phone,
  email email,
  hours short_text
);
CREATE INDEX ON contact (academy_id);
CREATE INDEX ON contact (site_id);
CREATE INDEX ON contact (provider_id);

-- Passwords and communities are in `sealed` only: AES-256-GCM, the nonce before and the tag behind the text.
CREATE TABLE credential (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  user_name short_text,
  auth_protocol text CHECK (auth_protocol IN ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512')),
  priv_protocol text CHECK (priv_protocol IN ('des', 'aes128', 'aes256')),
  -- Which parts `sealed` holds, so that they can be shown as being there without the key.
  secret_fields text[] NOT NULL CHECK (secret_fields <@ ARRAY['community', 'auth.password', 'priv.password']),
  key_id text,
  sealed bytea CHECK (octet_length(sealed) BETWEEN 28 AND 10000),
  CHECK ((user_name IS NULL) = ('community' = ANY (secret_fields))), -- SNMPv2c or SNMPv3
  CHECK ((auth_protocol IS NOT NULL) = ('auth.password' = ANY (secret_fields)) AND (auth_protocol IS NULL OR user_name IS NOT NULL)),
  CHECK ((priv_protocol IS NOT NULL) = ('priv.password' = ANY (secret_fields)) AND (priv_protocol IS NULL OR auth_protocol IS NOT NULL)),
  CHECK ((sealed IS NOT NULL) = (cardinality(secret_fields) > 0) AND (key_id IS NOT NULL) = (sealed IS NOT NULL))
);

-- The id of an exporter that telemetry or a circuit brought: its address, and its collector unless that is "main".
CREATE FUNCTION exporter_slug(address inet, collector text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT rtrim(left(trim(BOTH '-' FROM regexp_replace(host(address), '[^0-9a-f]', '-', 'g'))
    || CASE collector WHEN 'main' THEN '' ELSE '-' || collector END, 60), '-')
$$;

ALTER TABLE exporter
  ADD COLUMN slug slug,
  ADD COLUMN name short_text,
  ADD COLUMN vendor short_text,
  ADD COLUMN academy_id integer,
  ADD COLUMN credential_id integer,
  ADD COLUMN notes long_text,
  ADD COLUMN tags tags,
  ADD COLUMN ended_at timestamptz;
UPDATE exporter e SET slug = n.slug || CASE n.nth WHEN 1 THEN '' ELSE '-' || n.nth END
FROM (SELECT id, exporter_slug(address, collector) AS slug,
    row_number() OVER (PARTITION BY trust_id, exporter_slug(address, collector) ORDER BY id) AS nth
  FROM exporter) n
WHERE n.id = e.id;
ALTER TABLE exporter ALTER COLUMN slug SET NOT NULL;
-- Deferred, so that two exporters can swap addresses in one transaction.
ALTER TABLE exporter DROP CONSTRAINT exporter_trust_id_collector_address_key;
ALTER TABLE exporter ADD CONSTRAINT exporter_address_once UNIQUE (trust_id, collector, address) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX ON exporter (academy_id);
CREATE INDEX ON exporter (credential_id);

CREATE TABLE equipment (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  academy_id integer NOT NULL,
  site_id integer,
  exporter_id integer,
  contract_id integer,
  type text CHECK (type IN ('router', 'firewall', 'switch', 'access-point', 'ups', 'server', 'phone-system', 'other')),
  make short_text,
  model short_text,
  serial short_text,
  asset_tag short_text,
  firmware short_text,
  installed date,
  support_end date,
  notes long_text,
  tags tags
);
CREATE INDEX ON equipment (academy_id);
CREATE INDEX ON equipment (site_id);
CREATE INDEX ON equipment (exporter_id);
CREATE INDEX ON equipment (contract_id);

-- A circuit may have no interface yet, or only a tunnel or a probe target.
ALTER TABLE circuit ALTER COLUMN exporter_id DROP NOT NULL;
ALTER TABLE circuit ALTER COLUMN interface_kind DROP NOT NULL;
ALTER TABLE circuit ALTER COLUMN interface_value DROP NOT NULL;
ALTER TABLE circuit ALTER COLUMN download_side SET DEFAULT 'in';
ALTER TABLE circuit
  ADD COLUMN access access_technology,
  ADD COLUMN site_id integer,
  ADD COLUMN contract_id integer,
  ADD COLUMN reference short_text,
  ADD COLUMN account short_text,
  ADD COLUMN fault_line phone,
  ADD COLUMN bearer_down_bps bit_rate,
  ADD COLUMN bearer_up_bps bit_rate,
  ADD COLUMN ordered date,
  ADD COLUMN promised date,
  ADD COLUMN delivered date,
  ADD COLUMN install_charge_pence pence,
  ADD COLUMN excess_charge_pence pence,
  ADD COLUMN monthly_pence pence,
  ADD COLUMN tunnel short_text,
  ADD COLUMN probe short_text,
  ADD COLUMN notes long_text,
  ADD COLUMN tags tags,
  -- When it was to be valid, of one that was ended before it began (`valid` is empty then).
  ADD COLUMN withdrawn tstzrange CHECK (withdrawn IS NULL OR isempty(valid)),
  ADD CHECK (num_nulls(interface_kind, interface_value) <> 1 AND (interface_kind IS NULL OR exporter_id IS NOT NULL));
CREATE INDEX ON circuit (site_id);
CREATE INDEX ON circuit (contract_id);
CREATE INDEX ON circuit (exporter_id);

CREATE TABLE template (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  phase phase,
  profile_id integer,
  calendar_id integer,
  circuits list_jsonb CHECK (jsonb_array_length(circuits) <= 10),
  notes long_text
);
CREATE INDEX ON template (profile_id);
CREATE INDEX ON template (calendar_id);

CREATE TABLE rule (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  position integer CHECK (position BETWEEN 0 AND 10000),
  exporters cidr,
  sys_name short_text,
  if_name short_text,
  if_alias short_text,
  academy_id integer,
  provider_id integer,
  contract_id integer,
  role circuit_role,
  kind service_kind,
  automatic boolean,
  CHECK (num_nonnulls(exporters, sys_name, if_name, if_alias) > 0)
);
CREATE INDEX ON rule (academy_id);
CREATE INDEX ON rule (provider_id);
CREATE INDEX ON rule (contract_id);

-- What every record has. `managed`: it comes from the estate file, and is changed there only.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['cluster', 'calendar', 'profile', 'provider', 'contract', 'academy', 'site', 'contact',
    'credential', 'exporter', 'equipment', 'circuit', 'template', 'rule']
  LOOP
    EXECUTE format('ALTER TABLE %I
      ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
      ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
      ADD COLUMN changed_by text NOT NULL DEFAULT %L,
      ADD COLUMN managed boolean NOT NULL DEFAULT false,
      ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now(),
      ADD COLUMN IF NOT EXISTS ended_at timestamptz', name, '');
    IF name NOT IN ('provider', 'academy', 'circuit') THEN
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (trust_id, slug)', name, name || '_slug_once');
    END IF;
    IF name NOT IN ('provider', 'academy', 'circuit', 'exporter') THEN
      EXECUTE format('ALTER TABLE %I ADD UNIQUE (trust_id, id)', name);
    END IF;
  END LOOP;
END $$;

-- References stay within a trust. Here, as what they point at must be there.
ALTER TABLE academy
  ADD FOREIGN KEY (trust_id, cluster_id) REFERENCES cluster (trust_id, id),
  ADD FOREIGN KEY (trust_id, calendar_id) REFERENCES calendar (trust_id, id),
  ADD FOREIGN KEY (trust_id, profile_id) REFERENCES profile (trust_id, id);
CREATE INDEX ON academy (cluster_id);
CREATE INDEX ON academy (calendar_id);
CREATE INDEX ON academy (profile_id);
ALTER TABLE academy_urn DROP CONSTRAINT academy_urn_academy_id_fkey;
ALTER TABLE academy_urn ADD FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id);
ALTER TABLE contact
  ADD FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  ADD FOREIGN KEY (trust_id, site_id) REFERENCES site (trust_id, id),
  ADD FOREIGN KEY (trust_id, provider_id) REFERENCES provider (trust_id, id);
ALTER TABLE exporter
  ADD FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  ADD FOREIGN KEY (trust_id, credential_id) REFERENCES credential (trust_id, id);
ALTER TABLE equipment
  ADD FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  ADD FOREIGN KEY (trust_id, site_id) REFERENCES site (trust_id, id),
  ADD FOREIGN KEY (trust_id, exporter_id) REFERENCES exporter (trust_id, id),
  ADD FOREIGN KEY (trust_id, contract_id) REFERENCES contract (trust_id, id);
ALTER TABLE circuit
  ADD FOREIGN KEY (trust_id, site_id) REFERENCES site (trust_id, id),
  ADD FOREIGN KEY (trust_id, contract_id) REFERENCES contract (trust_id, id);
ALTER TABLE template
  ADD FOREIGN KEY (trust_id, profile_id) REFERENCES profile (trust_id, id),
  ADD FOREIGN KEY (trust_id, calendar_id) REFERENCES calendar (trust_id, id);
ALTER TABLE rule
  ADD FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  ADD FOREIGN KEY (trust_id, provider_id) REFERENCES provider (trust_id, id),
  ADD FOREIGN KEY (trust_id, contract_id) REFERENCES contract (trust_id, id);

-- What was done at once, to undo it by.
CREATE TABLE batch (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  changes integer NOT NULL CHECK (changes > 0),
  -- The batch whose opposite it is.
  undoes integer,
  UNIQUE (trust_id, id),
  FOREIGN KEY (trust_id, undoes) REFERENCES batch (trust_id, id)
);
CREATE INDEX ON batch (trust_id, id);
CREATE INDEX ON batch (undoes);

-- Who changed what, and when. Values as people may see them: secrets are not in it.
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  at timestamptz NOT NULL DEFAULT now(),
  account integer, -- null: a command, the estate file, the first run
  actor text NOT NULL,
  via text NOT NULL CHECK (via IN ('session', 'token', 'command', 'sync', 'first-run')),
  address inet,
  what text NOT NULL CHECK (length(what) BETWEEN 1 AND 64),
  record text NOT NULL CHECK (length(record) <= 300),
  op text NOT NULL CHECK (length(op) BETWEEN 1 AND 64),
  before jsonb,
  after jsonb,
  before_ended_at timestamptz,
  after_ended_at timestamptz,
  -- A secret is another than before: what it was is not kept, so this cannot be undone.
  secret_changed boolean NOT NULL DEFAULT false,
  -- Made by the way, e.g. the exporter that a circuit names.
  implied boolean NOT NULL DEFAULT false,
  batch_id integer,
  FOREIGN KEY (trust_id, batch_id) REFERENCES batch (trust_id, id)
);
CREATE INDEX ON audit (trust_id, id);
CREATE INDEX ON audit (trust_id, what, record, id);
CREATE INDEX ON audit (batch_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER batch_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
