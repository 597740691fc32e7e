/** Metrics of interfaces and devices, whoever measures them: polls, sFlow counters, options data, probes. */

export interface MetricDefinition {
  readonly name: string;
  /** `text`: the sample's text is the value. `state`: a number from the list in `doc`. */
  readonly unit: 'octets' | 'packets' | 'bit/s' | 's' | 'ms' | 'state' | 'text' | 'count';
  readonly doc: string;
}

// prettier-ignore
export const metricCatalogue = [
  { name: 'interface.name', unit: 'text', doc: 'ifName (RFC 2863), or ifDescr where there is none.' },
  { name: 'interface.alias', unit: 'text', doc: 'ifAlias (RFC 2863): what the operator wrote.' },
  { name: 'interface.in.octets', unit: 'octets', doc: 'Counter of octets received, as read.' },
  { name: 'interface.out.octets', unit: 'octets', doc: 'Counter of octets sent, as read.' },
  { name: 'interface.in.errors', unit: 'packets', doc: 'Counter of packets received with errors, as read.' },
  { name: 'interface.out.errors', unit: 'packets', doc: 'Counter of packets not sent because of errors, as read.' },
  { name: 'interface.in.discards', unit: 'packets', doc: 'Counter of packets received and discarded, as read.' },
  { name: 'interface.out.discards', unit: 'packets', doc: 'Counter of packets to be sent and discarded, as read.' },
  { name: 'interface.in.bps', unit: 'bit/s', doc: 'Mean since the reading before; none across a reset of the counter.' },
  { name: 'interface.out.bps', unit: 'bit/s', doc: 'Mean since the reading before; none across a reset of the counter.' },
  { name: 'interface.speed.bps', unit: 'bit/s', doc: 'Nominal speed.' },
  { name: 'interface.admin.state', unit: 'state', doc: 'ifAdminStatus: 1 up, 2 down, 3 testing.' },
  { name: 'interface.oper.state', unit: 'state', doc: 'ifOperStatus: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 not present, 7 lower layer down.' },
  { name: 'interface.last_change_s', unit: 's', doc: 'Age of the present state when it was read; as old as the device at most.' },
  { name: 'interface.discontinuity_s', unit: 's', doc: 'sysUpTime at the last discontinuity of the counters; 0 = none since the start.' },
  { name: 'device.uptime_s', unit: 's', doc: 'sysUpTime.' },
  { name: 'device.name', unit: 'text', doc: 'sysName.' },
  { name: 'device.description', unit: 'text', doc: 'sysDescr.' },
  { name: 'poll.ok', unit: 'state', doc: '1 when the device answered, 0 when it did not; the text is the reason.' },
  { name: 'poll.rtt.ms', unit: 'ms', doc: 'From the first request to its answer.' },
  { name: 'exporter.datagrams', unit: 'count', doc: 'Datagrams of an exporter that were read since the sample before.' },
  { name: 'exporter.flows', unit: 'count', doc: 'Flows of an exporter that were read since the sample before.' },
  { name: 'exporter.lost.flows', unit: 'count', doc: 'Flows that never reached us since the sample before (NetFlow v5 sequence numbers).' },
  { name: 'exporter.lost.datagrams', unit: 'count', doc: 'Datagrams that never reached us since the sample before (NetFlow v9, sFlow).' },
  { name: 'exporter.lost.records', unit: 'count', doc: 'Records that never reached us since the sample before (IPFIX).' },
  { name: 'exporter.lost.samples', unit: 'count', doc: 'Samples that never reached us since the sample before (sFlow).' },
  { name: 'exporter.skew.ms', unit: 'ms', doc: "Our clock minus the exporter's." },
  { name: 'collector.heartbeat', unit: 'ms', doc: 'When the collector started, Unix ms.' },
  { name: 'collector.listening', unit: 'count', doc: 'UDP port; the text is the protocol it is meant for.' },
  { name: 'collector.datagrams.received', unit: 'count', doc: 'Datagrams read since the collector started: decoded, held and rejected ones together.' },
  { name: 'collector.datagrams.decoded', unit: 'count', doc: 'Datagrams decoded since the collector started.' },
  { name: 'collector.datagrams.held', unit: 'count', doc: 'Datagrams that await a template, since the collector started.' },
  { name: 'collector.datagrams.rejected', unit: 'count', doc: 'Datagrams rejected since the collector started.' },
  { name: 'collector.datagrams.kernel_dropped', unit: 'count', doc: 'Datagrams that the kernel dropped since the sockets were opened, all sockets.' },
  { name: 'collector.flows.decoded', unit: 'count', doc: 'Flows decoded since the collector started.' },
  { name: 'collector.flows.unqueued', unit: 'count', doc: 'Flows decoded and not queued since the collector started; the text is the reason.' },
  { name: 'collector.lost', unit: 'count', doc: 'Datagrams, or parts of them, that were not read since the collector started; the text is the reason.' },
  { name: 'collector.socket.received', unit: 'count', doc: 'Datagrams read from a socket since the collector started; the text is protocol:port.' },
  { name: 'collector.socket.kernel_dropped', unit: 'count', doc: 'Datagrams that the kernel dropped at a socket since it was opened; the text is protocol:port.' },
  { name: 'collector.socket.buffer_bytes', unit: 'octets', doc: 'Receive buffer of a socket; the text is protocol:port.' },
] as const satisfies readonly MetricDefinition[];

export type MetricName = (typeof metricCatalogue)[number]['name'];
