-- The watch: what the watcher found of each circuit, incidents, what people said of them, maintenance, reports.

-- Several targets; the circuit that it depends on; where the provider's circuits can fail together.
ALTER TABLE circuit ALTER COLUMN probe TYPE long_text;
ALTER TABLE circuit
  ADD COLUMN parent_id integer CHECK (parent_id <> id),
  ADD COLUMN pop short_text,
  ADD FOREIGN KEY (trust_id, parent_id) REFERENCES circuit (trust_id, id);
CREATE INDEX ON circuit (parent_id);
