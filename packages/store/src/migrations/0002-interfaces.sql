-- Interface sums as collectors publish them; nothing is kept here, the views behind it keep the roll-ups.
CREATE TABLE IF NOT EXISTS interface_sums
(
    trust UInt32,
    collector UInt32,
    queue_partition UInt32,
    queue_offset UInt64,
    time_s DateTime,
    width_s UInt8,
    exporter IPv6,
    interface UInt32,
    side UInt8,
    basis UInt8,
    sampling_rate UInt32,
    sampling_stated UInt8,
    octets UInt64,
    packets UInt64,
    flows UInt32
)
ENGINE = Null;

-- The hour leads the 1-minute order: the last hour of all interfaces is one or two ranges, and one interface over the few
-- days that are ever asked for by the minute is one small range an hour. `time` itself is not in the primary key: with it
-- there, the hour would not be used to skip anything.
CREATE TABLE IF NOT EXISTS interface_1m
(
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    interface UInt32,
    side UInt8,
    time DateTime('UTC'),
    basis UInt8,
    sampling_rate UInt32,
    sampling_stated UInt8,
    octets UInt64,
    packets UInt64,
    flows UInt64
)
ENGINE = SummingMergeTree((octets, packets, flows))
PARTITION BY toYYYYMM(time)
PRIMARY KEY (toStartOfHour(time), trust, collector, exporter, interface, side)
ORDER BY (toStartOfHour(time), trust, collector, exporter, interface, side, time, basis, sampling_rate, sampling_stated)
SETTINGS index_granularity = 2048, non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)';

CREATE TABLE IF NOT EXISTS interface_5m
(
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    interface UInt32,
    side UInt8,
    time DateTime('UTC'),
    basis UInt8,
    sampling_rate UInt32,
    sampling_stated UInt8,
    octets UInt64,
    packets UInt64,
    flows UInt64
)
ENGINE = SummingMergeTree((octets, packets, flows))
PARTITION BY toYYYYMM(time)
PRIMARY KEY (trust, collector, exporter, interface, side, time)
ORDER BY (trust, collector, exporter, interface, side, time, basis, sampling_rate, sampling_stated)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)';

-- Years of it: a partition a year keeps a long range in few parts.
CREATE TABLE IF NOT EXISTS interface_1h
(
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    interface UInt32,
    side UInt8,
    time DateTime('UTC'),
    basis UInt8,
    sampling_rate UInt32,
    sampling_stated UInt8,
    octets UInt64,
    packets UInt64,
    flows UInt64
)
ENGINE = SummingMergeTree((octets, packets, flows))
PARTITION BY toYear(time)
PRIMARY KEY (trust, collector, exporter, interface, side, time)
ORDER BY (trust, collector, exporter, interface, side, time, basis, sampling_rate, sampling_stated)
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)';

-- Which messages' sums are in, for a retry later than the deduplication window reaches.
CREATE TABLE IF NOT EXISTS sums_stored
(
    queue_partition UInt32,
    queue_offset UInt64,
    rows UInt64,
    stored_at DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(stored_at)
ORDER BY (queue_partition, queue_offset)
TTL stored_at + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS interface_1m_feed TO interface_1m AS
SELECT trust, collector, exporter, interface, side, toStartOfMinute(toDateTime(time_s, 'UTC')) AS time, basis,
    sampling_rate, sampling_stated, sum(s.octets) AS octets, sum(s.packets) AS packets, sum(s.flows) AS flows
FROM interface_sums AS s
GROUP BY trust, collector, exporter, interface, side, time, basis, sampling_rate, sampling_stated;

CREATE MATERIALIZED VIEW IF NOT EXISTS interface_5m_feed TO interface_5m AS
SELECT trust, collector, exporter, interface, side, toStartOfFiveMinutes(toDateTime(time_s, 'UTC')) AS time, basis,
    sampling_rate, sampling_stated, sum(s.octets) AS octets, sum(s.packets) AS packets, sum(s.flows) AS flows
FROM interface_sums AS s
GROUP BY trust, collector, exporter, interface, side, time, basis, sampling_rate, sampling_stated;

CREATE MATERIALIZED VIEW IF NOT EXISTS interface_1h_feed TO interface_1h AS
SELECT trust, collector, exporter, interface, side, toStartOfHour(toDateTime(time_s, 'UTC')) AS time, basis,
    sampling_rate, sampling_stated, sum(s.octets) AS octets, sum(s.packets) AS packets, sum(s.flows) AS flows
FROM interface_sums AS s
GROUP BY trust, collector, exporter, interface, side, time, basis, sampling_rate, sampling_stated;

CREATE MATERIALIZED VIEW IF NOT EXISTS sums_stored_feed TO sums_stored AS
SELECT queue_partition, queue_offset, count() AS rows
FROM interface_sums
GROUP BY queue_partition, queue_offset;

-- 95th percentile (nearest rank) and peak of 5-minute rates for each calendar month of Europe/London. By interface, not by
-- circuit: a later mapping applies to it too.
CREATE TABLE IF NOT EXISTS percentile_month
(
    month Date,
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    interface UInt32,
    side UInt8,
    p95_bps UInt64,
    peak_bps UInt64,
    samples UInt32,
    gaps UInt32,
    refreshed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(refreshed_at)
PARTITION BY toYear(month)
ORDER BY (trust, collector, exporter, interface, side, month);
