-- The estate, first form. Every row has its own integer id: slugs, names and register numbers may change, ids do not.
-- Nothing that telemetry refers to is deleted: what ended keeps its row, so that the past keeps its names.

CREATE EXTENSION IF NOT EXISTS btree_gist; -- an integer and a range in one exclusion constraint

CREATE DOMAIN slug AS text CHECK (VALUE ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$');
CREATE DOMAIN short_text AS text CHECK (length(VALUE) BETWEEN 1 AND 200);

-- Counts the changes of the whole estate, so that readers know when to read again.
CREATE TABLE estate_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO estate_version (version) VALUES (0);

CREATE TABLE trust (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug slug NOT NULL UNIQUE,
  -- The number that telemetry carries for the slug, 32 bits unsigned.
  key bigint NOT NULL CONSTRAINT trust_key_once UNIQUE CHECK (key BETWEEN 0 AND 4294967295),
  name short_text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE provider (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  UNIQUE (trust_id, slug),
  UNIQUE (trust_id, id)
);

CREATE TABLE academy (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  phase text CHECK (phase IN ('Nursery', 'Primary', 'Middle deemed primary', 'Secondary', 'Middle deemed secondary',
    'All-through', '16 plus', 'Not applicable')),
  pupils integer CHECK (pupils >= 0),
  postcode text CHECK (length(postcode) BETWEEN 5 AND 8),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  UNIQUE (trust_id, slug),
  UNIQUE (trust_id, id)
);

-- A school that becomes an academy gets a new URN in the national register: the history of them.
CREATE TABLE academy_urn (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  academy_id integer NOT NULL REFERENCES academy,
  urn integer NOT NULL CHECK (urn BETWEEN 100000 AND 999999),
  since timestamptz NOT NULL DEFAULT now(),
  until timestamptz CHECK (until >= since)
);
CREATE UNIQUE INDEX academy_urn_current ON academy_urn (academy_id) WHERE until IS NULL;

-- Networks inside an academy.
CREATE TABLE academy_network (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL,
  academy_id integer NOT NULL,
  network cidr NOT NULL,
  FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  CONSTRAINT academy_network_once UNIQUE (trust_id, network) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ON academy_network (academy_id);

-- A device that sends telemetry to the collector of that label.
CREATE TABLE exporter (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  collector slug NOT NULL,
  address inet NOT NULL CHECK (masklen(address) = CASE family(address) WHEN 4 THEN 32 ELSE 128 END),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (trust_id, collector, address),
  UNIQUE (trust_id, id)
);

CREATE TABLE circuit (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trust_id integer NOT NULL REFERENCES trust,
  slug slug NOT NULL,
  name short_text NOT NULL,
  academy_id integer NOT NULL,
  provider_id integer NOT NULL,
  role text NOT NULL CHECK (role IN ('primary', 'backup')),
  kind text CHECK (kind IN ('leased-line', 'sd-wan', 'broadband', 'mobile', 'vpn', 'voice', 'cloud', 'disaster-recovery',
    'filtering')),
  committed_down_bps bigint CHECK (committed_down_bps > 0),
  committed_up_bps bigint CHECK (committed_up_bps > 0),
  exporter_id integer NOT NULL,
  -- How the exporter's interface is recognised: by ifIndex, ifName or ifAlias.
  interface_kind text NOT NULL CHECK (interface_kind IN ('index', 'name', 'alias')),
  interface_value short_text NOT NULL CHECK (interface_kind <> 'index' OR interface_value ~ '^[1-9][0-9]{0,9}$'),
  -- The side of the interface on which traffic towards the academy is counted.
  download_side text NOT NULL CHECK (download_side IN ('in', 'out')),
  -- Half-open. Empty: was withdrawn before it began.
  valid tstzrange NOT NULL DEFAULT '(,)'
    CHECK (isempty(valid) OR ((lower_inf(valid) OR lower_inc(valid)) AND NOT upper_inc(valid))),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (trust_id, slug),
  UNIQUE (trust_id, id),
  FOREIGN KEY (trust_id, academy_id) REFERENCES academy (trust_id, id),
  FOREIGN KEY (trust_id, provider_id) REFERENCES provider (trust_id, id),
  FOREIGN KEY (trust_id, exporter_id) REFERENCES exporter (trust_id, id),
  -- Deferred, so that two circuits can swap interfaces in one transaction.
  CONSTRAINT circuit_interface_once EXCLUDE USING gist (
    exporter_id WITH =, interface_kind WITH =, interface_value WITH =, valid WITH &&
  ) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX ON circuit (academy_id);
CREATE INDEX ON circuit (provider_id);
