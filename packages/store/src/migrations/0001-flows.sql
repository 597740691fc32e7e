-- Raw flows: the record's flow columns, who sent them, and their place on the queue.
-- One exporter's time range lies together; rows of one batch arrive in time order, so sorting is cheap.
CREATE TABLE IF NOT EXISTS flows
(
    trust UInt32,
    collector UInt32,
    queue_partition UInt32,
    queue_offset UInt64 CODEC(T64, LZ4),
    received_ms DateTime64(3) CODEC(T64, LZ4),
    exported_ms DateTime64(3) CODEC(T64, LZ4),
    start_ms DateTime64(3) CODEC(T64, LZ4),
    end_ms DateTime64(3) CODEC(T64, LZ4),
    exporter IPv6,
    observation_domain UInt32,
    version UInt8,
    sampling_rate UInt32,
    sampling_stated UInt8,
    in_if UInt32 CODEC(T64, LZ4),
    out_if UInt32 CODEC(T64, LZ4),
    direction UInt8,
    counter UInt8,
    reverse UInt8,
    src_addr IPv6,
    dst_addr IPv6,
    next_hop IPv6,
    src_port UInt16 CODEC(T64, LZ4),
    dst_port UInt16 CODEC(T64, LZ4),
    protocol UInt8,
    tcp_flags UInt16 CODEC(T64, LZ4),
    tos UInt8,
    octets UInt64 CODEC(T64, LZ4),
    packets UInt64 CODEC(T64, LZ4),
    src_as UInt32 CODEC(T64, LZ4),
    dst_as UInt32 CODEC(T64, LZ4),
    src_mask UInt8,
    dst_mask UInt8,
    src_vlan UInt16 CODEC(T64, LZ4),
    dst_vlan UInt16 CODEC(T64, LZ4),
    icmp_type UInt8,
    icmp_code UInt8,
    forwarding_status UInt8,
    post_nat_src_addr IPv6,
    post_nat_dst_addr IPv6,
    post_nat_src_port UInt16,
    post_nat_dst_port UInt16,
    application_id UInt64 CODEC(T64, LZ4),
    INDEX queue_place queue_offset TYPE minmax GRANULARITY 16
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(received_ms, 'UTC')
ORDER BY (trust, collector, exporter, received_ms)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'LZ4';

-- How many flows were received in each hour: tells which hours of traffic_1h are to be made, or made again.
CREATE TABLE IF NOT EXISTS flow_hours
(
    hour DateTime('UTC'),
    rows UInt64
)
ENGINE = SummingMergeTree(rows)
ORDER BY hour
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS flow_hours_feed TO flow_hours AS
SELECT toStartOfHour(toDateTime(received_ms, 'UTC')) AS hour, count() AS rows
FROM flows
GROUP BY hour;

-- Hourly traffic by what it is and where it goes, without any host address. Not fed by a view: half of a batch's rows have
-- keys of their own, and a view that groups them made inserts two to three times dearer. An hour is made from its raw
-- rows when it is over, and again when rows come late; made again, a row replaces the one of the same key.
-- in_if, out_if and direction stay in the key: a circuit is counted by its own interface and direction only, so that
-- ingress and egress export of one packet do not double it. A flow counts in the hour in which it was received; interface
-- sums are what is spread over its duration.
-- service_port: the lower port of TCP, UDP and SCTP below 32768 (where ephemeral ports begin), else 0.
-- local_network: the /24 or /64 of the side in private, shared or unique local address space (the source when both are),
-- :: when neither is. remote_as: the other side's; 0 inside. to_local: 1 towards the local side.
CREATE TABLE IF NOT EXISTS traffic_1h
(
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    hour DateTime('UTC'),
    in_if UInt32,
    out_if UInt32,
    direction UInt8,
    to_local UInt8,
    protocol UInt8,
    service_port UInt16,
    remote_as UInt32,
    local_network IPv6,
    sampling_rate UInt32,
    sampling_stated UInt8,
    octets UInt64,
    packets UInt64,
    flows UInt64,
    made_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(made_at)
PARTITION BY toYYYYMM(hour)
PRIMARY KEY (trust, collector, exporter, hour)
ORDER BY (trust, collector, exporter, hour, in_if, out_if, direction, to_local, protocol, service_port, remote_as,
    local_network, sampling_rate, sampling_stated)
SETTINGS ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)';

-- Which hours of traffic_1h were made, from how many flows.
CREATE TABLE IF NOT EXISTS traffic_hours
(
    hour DateTime('UTC'),
    rows UInt64,
    made_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(made_at)
ORDER BY hour;
