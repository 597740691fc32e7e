-- Which circuit an interface was, and when: the estate's map, written whole. One version is one insert of one block into
-- one partition, so a reader sees all of it or nothing. The row with circuit 0 makes an empty map a version too.
CREATE TABLE IF NOT EXISTS circuit_map
(
    version UInt64,
    trust UInt32,
    collector UInt32,
    exporter IPv6,
    interface UInt32,
    valid_from DateTime('UTC'),
    valid_until DateTime('UTC') COMMENT 'inclusive',
    circuit UInt32,
    academy UInt32,
    download_side UInt8,
    committed_in_bps UInt64,
    committed_out_bps UInt64,
    fingerprint String
)
ENGINE = MergeTree
PARTITION BY version
ORDER BY (circuit, trust, collector, exporter, interface, valid_from)
SETTINGS non_replicated_deduplication_window = 100;

CREATE TABLE IF NOT EXISTS estate_names
(
    version UInt64,
    kind Enum8('academy' = 0, 'circuit' = 1),
    id UInt32,
    name String
)
ENGINE = MergeTree
PARTITION BY version
ORDER BY (kind, id)
SETTINGS non_replicated_deduplication_window = 100;

-- What the dictionary circuit_of_interface is filled from.
CREATE VIEW IF NOT EXISTS circuit_map_now AS
SELECT * FROM circuit_map
WHERE version = (SELECT max(version) FROM circuit_map) AND circuit != 0;
