-- VRFs, MPLS, tunnels and sFlow's dropped packets; and elements without a column of their own, by name, where the
-- collector is configured to keep them.
ALTER TABLE flows
    ADD COLUMN IF NOT EXISTS in_vrf UInt32 AFTER application_id,
    ADD COLUMN IF NOT EXISTS out_vrf UInt32 AFTER in_vrf,
    ADD COLUMN IF NOT EXISTS mpls_label UInt32 AFTER out_vrf,
    ADD COLUMN IF NOT EXISTS tunnel UInt8 AFTER mpls_label,
    ADD COLUMN IF NOT EXISTS tunnel_id UInt32 AFTER tunnel,
    ADD COLUMN IF NOT EXISTS inner_src_addr IPv6 AFTER tunnel_id,
    ADD COLUMN IF NOT EXISTS inner_dst_addr IPv6 AFTER inner_src_addr,
    ADD COLUMN IF NOT EXISTS inner_protocol UInt8 AFTER inner_dst_addr,
    ADD COLUMN IF NOT EXISTS inner_src_port UInt16 AFTER inner_protocol,
    ADD COLUMN IF NOT EXISTS inner_dst_port UInt16 AFTER inner_src_port,
    ADD COLUMN IF NOT EXISTS discard_reason UInt16 AFTER inner_dst_port,
    ADD COLUMN IF NOT EXISTS elements Map(String, String) AFTER discard_reason;
