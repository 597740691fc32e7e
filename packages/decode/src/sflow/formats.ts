/**
 * Numbers of sFlow v5 structures (https://sflow.org/developers/structures.php). A tag is the enterprise in the upper 20
 * bits and its format in the lower 12: those of enterprise 0 are just their format.
 */
export const sampleFormats = { flow: 1, counter: 2, flowExpanded: 3, counterExpanded: 4, discarded: 5 } as const;

export const flowFormats = {
  rawHeader: 1,
  ethernet: 2,
  ipv4: 3,
  ipv6: 4,
  switch: 1001,
  router: 1002,
  gateway: 1003,
  mpls: 1006,
  nat: 1007,
  natPort: 1020,
  ipv4TunnelEgress: 1023,
  ipv4TunnelIngress: 1024,
  ipv6TunnelEgress: 1025,
  ipv6TunnelIngress: 1026,
  vniEgress: 1029,
  vniIngress: 1030,
  tcpInfo: 2209,
} as const;

export const headerProtocols = { ethernet: 1, ipv4: 11, ipv6: 12, mpls: 13 } as const;

/** Classes of a data source; its index is an ifIndex in the first one only. */
export const sourceClasses = { interface: 0, vlan: 1, physicalEntity: 2, logicalEntity: 3 } as const;

/** Octets of an address of this type without the type; -1 = no such type. */
export const addressOctets = (type: number): number => (type === 1 ? 4 : type === 2 ? 16 : type === 0 ? 0 : -1);

/** XDR fills up to 4 octets (RFC 4506 section 3). */
export const padded = (octets: number): number => octets + (-octets & 3);

/** How much of a sample was taken. */
export const taken = { nothing: 0, part: 1, whole: 2, unknown: 3 } as const;
export type Taken = (typeof taken)[keyof typeof taken];
