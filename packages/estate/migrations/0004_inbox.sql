-- What the inbox of unknown exporters needs: rules for one interface, rules that ignore, and the port that is polled.

ALTER TABLE exporter ADD COLUMN snmp_port integer CHECK (snmp_port BETWEEN 1 AND 65535);

ALTER TABLE rule
  ADD COLUMN collector slug,
  -- 32 bits without a sign, which no integer type here has.
  ADD COLUMN if_index double precision CHECK (if_index BETWEEN 1 AND 4294967295 AND if_index = trunc(if_index)),
  ADD COLUMN ignore boolean;
