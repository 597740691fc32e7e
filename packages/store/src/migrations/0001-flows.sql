-- Raw flows: the record's flow columns, who sent them, and their place on the queue.
-- One exporter's time range lies together; rows of one batch arrive in time order, so sorting is cheap.
CREATE TABLE IF NOT EXISTS flows
(
    trust UInt32,
    collector UInt32,
    queue_partition UInt32,
    queue_offset UInt64,
    received_ms DateTime64(3),
    exported_ms DateTime64(3),
    start_ms DateTime64(3),
    end_ms DateTime64(3),
    exporter IPv6,
    observation_domain UInt32,
    version UInt8,
    sampling_rate UInt32,
    sampling_stated UInt8,
    in_if UInt32,
    out_if UInt32,
    direction UInt8,
    counter UInt8,
    reverse UInt8,
    src_addr IPv6,
    dst_addr IPv6,
    next_hop IPv6,
    src_port UInt16,
    dst_port UInt16,
    protocol UInt8,
    tcp_flags UInt16,
    tos UInt8,
    octets UInt64,
    packets UInt64,
    src_as UInt32,
    dst_as UInt32,
    src_mask UInt8,
    dst_mask UInt8,
    src_vlan UInt16,
    dst_vlan UInt16,
    icmp_type UInt8,
    icmp_code UInt8,
    forwarding_status UInt8,
    post_nat_src_addr IPv6,
    post_nat_dst_addr IPv6,
    post_nat_src_port UInt16,
    post_nat_dst_port UInt16,
    application_id UInt64,
    INDEX queue_place queue_offset TYPE minmax GRANULARITY 16
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(received_ms, 'UTC')
ORDER BY (trust, collector, exporter, received_ms)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'LZ4';

-- Hourly traffic by what it is and where it goes, without any host address.
-- in_if, out_if and direction stay in the key: a circuit is counted by its own interface and direction only, so that
-- ingress and egress export of one packet do not double it. A flow counts in the hour in which it ended: splitting it
-- would cost an ARRAY JOIN on every row, and moves only what crosses the hour (interface sums are spread exactly).
-- service_port: the lower port of TCP, UDP and SCTP below 32768 (where ephemeral ports begin), else 0.
-- local_network: the /24 or /64 of the side in private, shared or unique local address space (the source when both are),
-- :: when neither is. remote_as: the other side's; 0 inside.
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
    flows UInt64
)
ENGINE = SummingMergeTree((octets, packets, flows))
PARTITION BY toYYYYMM(hour)
PRIMARY KEY (trust, collector, exporter, hour)
ORDER BY (trust, collector, exporter, hour, in_if, out_if, direction, to_local, protocol, service_port, remote_as,
    local_network, sampling_rate, sampling_stated)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1, default_compression_codec = 'ZSTD(1)';

-- Running totals (counter = 1) are not increments, so they are left out.
CREATE MATERIALIZED VIEW IF NOT EXISTS traffic_1h_feed TO traffic_1h AS
WITH
    (src_addr >= toIPv6('10.0.0.0') AND src_addr <= toIPv6('10.255.255.255'))
        OR (src_addr >= toIPv6('192.168.0.0') AND src_addr <= toIPv6('192.168.255.255'))
        OR (src_addr >= toIPv6('172.16.0.0') AND src_addr <= toIPv6('172.31.255.255'))
        OR (src_addr >= toIPv6('100.64.0.0') AND src_addr <= toIPv6('100.127.255.255'))
        OR (src_addr >= toIPv6('fc00::') AND src_addr < toIPv6('fe00::')) AS src_local,
    (dst_addr >= toIPv6('10.0.0.0') AND dst_addr <= toIPv6('10.255.255.255'))
        OR (dst_addr >= toIPv6('192.168.0.0') AND dst_addr <= toIPv6('192.168.255.255'))
        OR (dst_addr >= toIPv6('172.16.0.0') AND dst_addr <= toIPv6('172.31.255.255'))
        OR (dst_addr >= toIPv6('100.64.0.0') AND dst_addr <= toIPv6('100.127.255.255'))
        OR (dst_addr >= toIPv6('fc00::') AND dst_addr < toIPv6('fe00::')) AS dst_local,
    if(src_local, src_addr, if(dst_local, dst_addr, toIPv6('::'))) AS local_addr
SELECT
    trust,
    collector,
    exporter,
    toStartOfHour(toDateTime(end_ms, 'UTC')) AS hour,
    in_if,
    out_if,
    direction,
    toUInt8(dst_local AND NOT src_local) AS to_local,
    protocol,
    toUInt16(if(protocol IN (6, 17, 132) AND least(src_port, dst_port) < 32768, least(src_port, dst_port), 0)) AS service_port,
    multiIf(src_local AND dst_local, 0, src_local, dst_as, dst_local, src_as, dst_as != 0, dst_as, src_as) AS remote_as,
    IPv6CIDRToRange(local_addr, if(local_addr < toIPv6('::1:0:0:0'), 120, 64)).1 AS local_network,
    sampling_rate,
    sampling_stated,
    sum(f.octets) AS octets,
    sum(f.packets) AS packets,
    count() AS flows
FROM flows AS f
WHERE counter != 1
GROUP BY trust, collector, exporter, hour, in_if, out_if, direction, to_local, protocol, service_port, remote_as,
    local_network, sampling_rate, sampling_stated;
