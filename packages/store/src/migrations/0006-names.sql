-- What exporters call the numbers in their flows: applications (element 95), VRFs (234, 235), VLANs. A number may have had
-- several names, each with when it was first and last told. Ids come as Float64: above 2^53 the last bits are lost, and
-- toFloat64() of a flow's application_id is the same.
CREATE TABLE IF NOT EXISTS element_names
(
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    kind Enum8('application' = 0, 'vrf' = 1, 'vlan' = 2),
    id UInt64,
    name String,
    first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (trust, collector, exporter, kind, id, name)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS element_names_feed TO element_names AS
SELECT trust, collector, exporter,
    replaceOne(metric, '.name', '')::Enum8('application' = 0, 'vrf' = 1, 'vlan' = 2) AS kind,
    toUInt64(value) AS id, text AS name, min(time) AS first_seen, max(time) AS last_seen
FROM samples
WHERE metric IN ('application.name', 'vrf.name', 'vlan.name') AND text != '' AND value >= 0 AND value < 18446744073709551615
GROUP BY trust, collector, exporter, kind, id, name;
