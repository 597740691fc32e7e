/** What a collector listens for, as people write it. */
const names: Readonly<Record<string, string>> = {
  netflow: 'NetFlow v5, v9',
  ipfix: 'IPFIX',
  sflow: 'sFlow v5',
  traps: 'SNMP traps',
};

export const protocolName = (protocol: string): string => names[protocol.toLowerCase()] ?? protocol;
