CREATE TABLE IF NOT EXISTS samples
(
    trust UInt32,
    collector UInt32,
    queue_partition UInt32,
    queue_offset UInt64,
    time DateTime64(3, 'UTC'),
    exporter IPv6,
    interface UInt32,
    metric LowCardinality(String),
    value Float64,
    text String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (metric, trust, collector, exporter, interface, time)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)';

CREATE TABLE IF NOT EXISTS events
(
    trust UInt32,
    collector UInt32,
    queue_partition UInt32,
    queue_offset UInt64,
    time DateTime64(3, 'UTC'),
    exporter IPv6,
    interface UInt32,
    kind LowCardinality(String),
    detail String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (trust, collector, exporter, time)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)';

-- ifIndex is not an identity: which index bore which name, and when.
CREATE TABLE IF NOT EXISTS interface_names
(
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    kind Enum8('name' = 0, 'alias' = 1),
    interface UInt32,
    name String,
    first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (trust, collector, exporter, kind, interface, name)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS interface_names_feed TO interface_names AS
SELECT trust, collector, exporter, if(metric = 'interface.alias', 'alias', 'name')::Enum8('name' = 0, 'alias' = 1) AS kind,
    interface, text AS name, min(time) AS first_seen, max(time) AS last_seen
FROM samples
WHERE metric IN ('interface.name', 'interface.alias') AND text != ''
GROUP BY trust, collector, exporter, kind, interface, name;
