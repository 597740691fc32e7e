/** The statements that generated functions are made of: each brings some of a record's fields to their columns. */
import { type FlowColumnName, counterCodes, flowColumns } from '@linewatch/record';
import * as e from './elements.ts';
import { packetColumns } from './packet/packet.ts';
import {
  type Placed,
  type Ref,
  addressWord,
  feeding,
  find,
  first,
  high,
  literal,
  low,
  narrow,
  wide,
} from './fields.ts';

export type Half = 'forward' | 'reverse';

/** Collects statements and the columns that they write. */
export class Body {
  code = '';
  readonly columns = new Set<FlowColumnName>();

  /** The array of a column, noted as written. */
  array(column: FlowColumnName): string {
    this.columns.add(column);
    return `c_${column}`;
  }
  number(column: FlowColumnName, expression: string): void {
    this.code += `${this.array(column)}[r]=${expression};\n`;
  }
  pair(column: FlowColumnName, lowWord: string, highWord: string): void {
    this.code += `${this.array(column)}[d]=${lowWord};c_${column}[d+1]=${highWord};\n`;
  }
}

const swapped: Partial<Record<FlowColumnName, FlowColumnName>> = {};
for (const [a, b] of [
  ['src_addr', 'dst_addr'],
  ['src_port', 'dst_port'],
  ['src_as', 'dst_as'],
  ['src_mask', 'dst_mask'],
  ['src_vlan', 'dst_vlan'],
  ['in_if', 'out_if'],
  ['in_vrf', 'out_vrf'],
  ['post_nat_src_addr', 'post_nat_dst_addr'],
  ['post_nat_src_port', 'post_nat_dst_port'],
] as const) {
  swapped[a] = b;
  swapped[b] = a;
}

/** The fields that feed a column in this half. Flags, ToS and the like are the forward packets' only. */
function sources<C extends FlowColumnName>(
  placed: Placed,
  feeds: Readonly<Record<C, e.Feed>>,
  column: C,
  version: number,
  half: Half,
): Ref[] {
  if (half === 'forward') return feeding(placed, feeds[column], version);
  const own = feeding(placed, feeds[column], version, e.reversePen);
  const from = column === 'protocol' ? column : (swapped[column] as C | undefined);
  return from === undefined ? own : [...own, ...feeding(placed, feeds[from], version)];
}

function writeAddress(body: Body, column: e.AddressColumn, ref: Ref): string {
  const a = body.array(column);
  return ref.length === 4
    ? `${a}[q]=0;${a}[q+1]=0;${a}[q+2]=0xffff0000;${a}[q+3]=${addressWord(ref, 0)};`
    : [0, 1, 2, 3].map((word) => `${a}[q+${word}]=${addressWord(ref, word)};`).join('');
}

function addressCode(body: Body, column: e.AddressColumn, all: readonly Ref[]): void {
  const refs = all.filter((ref) => ref.length === 4 || ref.length === 16 || typeof ref.length === 'string');
  const head = refs[0];
  if (head === undefined) return;
  if (refs.some((ref) => typeof ref.length === 'string')) {
    const a = body.array(column);
    const copy = (ref: Ref): string => `copyAddress(v,${ref.at},${ref.length},${a},q)`;
    body.code += `${refs.map(copy).join('||')}${refs.length > 1 ? `||${copy(head)}` : ''};\n`;
    return;
  }
  const any = (ref: Ref): string =>
    (ref.length === 4 ? [0] : [0, 1, 2, 3]).map((word) => addressWord(ref, word)).join('|');
  const rest = refs.slice(1).map((ref) => `if((${any(ref)})!==0){${writeAddress(body, column, ref)}}`);
  if (rest.length === 0) body.code += `${writeAddress(body, column, head)}\n`;
  else
    body.code += `if((${any(head)})!==0){${writeAddress(body, column, head)}}else ${rest.join('else ')}else{${writeAddress(body, column, head)}}\n`;
}

const bitsOf = Object.fromEntries(
  flowColumns.map((c) => [c.name, c.type === 'u8' ? 8 : c.type === 'u16' ? 16 : 32]),
) as Record<FlowColumnName, 8 | 16 | 32>;

export function meaningCode(body: Body, placed: Placed, version: number, half: Half): void {
  for (const column of Object.keys(e.addressFeeds) as e.AddressColumn[])
    addressCode(body, column, sources(placed, e.addressFeeds, column, version, half));
  for (const column of Object.keys(e.numberFeeds) as e.NumberColumn[]) {
    const refs = sources(placed, e.numberFeeds, column, version, half);
    if (refs.length > 0)
      body.number(
        column,
        first(refs, (ref) => narrow(ref, bitsOf[column])),
      );
  }
  const pen = half === 'forward' ? 0 : e.reversePen;
  const tos = find(placed, [e.tosElement], pen).map((ref) => narrow(ref, 8));
  tos.push(...find(placed, [e.dscpElement], pen).map((ref) => `(${narrow(ref, 8)}<<2)`));
  if (tos.length > 0) body.number('tos', tos.join('||'));
  const application = find(placed, [e.applicationElement])[0];
  if (application) body.pair('application_id', low(application), high(application));
  const direction = find(placed, [e.directionElement])[0];
  // The reverse half passes the place where the forward half was seen the other way.
  if (direction) {
    const x = narrow(direction, 8);
    body.number('direction', half === 'forward' ? `${x}<2?${x}+1:0` : `${x}<2?2-${x}:0`);
  }
  const label = find(placed, [e.mplsTopLabel], pen)[0];
  // Exactly its 3 octets: a label alone would be in 4.
  if (label?.length === 3) body.number('mpls_label', `${low(label)}>>>4`);
  icmpCode(body, placed, version, half);
}

/** The shortest interval of updates that can be configured. One that comes earlier tells of something else. */
const leastUpdateMs = 60_000;

/**
 * Firewall events (Cisco ASA NSEL, which is v9 alone). What was denied was dropped. Counters of an update are of the time
 * since the last one, those of a teardown of the whole connection: where updates are sent, and the connection lasted for
 * one, they were counted already. To follow the times, which an update's are told anew: it says when its connection began.
 */
export function eventCode(body: Body, placed: Placed, version: number): boolean {
  const event = feeding(placed, e.firewallEvent, version)[0];
  if (event === undefined) return false;
  body.code += `const ev=${narrow(event, 8)};\n`;
  if (find(placed, e.numberFeeds.forwarding_status.ids).length === 0) body.number('forwarding_status', 'ev===3?128:0'); // element 89: dropped, reason unknown
  const began = find(placed, [152])[0];
  if (version !== 9 || !body.columns.has('counter') || began === undefined) return false;
  // Not from the start in its column: a connection may be days old, which is no time of a flow.
  body.code += `const began=${wide(began)},age=began>0?e-shift-began:0;\n`;
  body.code += `if(ev===2&&age>=f.updateAgeMs)${body.array('counter')}[r]=${literal(counterCodes.repeated)};\n`;
  body.code += `if(ev===5){
if(age>=${literal(leastUpdateMs)}){if(age<f.youngestUpdateMs)f.youngestUpdateMs=age;if(age<f.updateAgeMs)f.updateAgeMs=age;}
if(age>f.updateAgeMs){s=e-f.updateAgeMs;w=Math.floor(s/4294967296);${body.array('start_ms')}[d]=s-w*4294967296;c_start_ms[d+1]=w;}
}\n`;
  return true;
}

function icmpCode(body: Body, placed: Placed, version: number, half: Half): void {
  const pen = half === 'forward' ? 0 : e.reversePen;
  const both = find(placed, e.icmp.both, pen).map((ref) => narrow(ref, 16));
  const types = [...find(placed, e.icmp.type, pen).map((ref) => narrow(ref, 8)), ...both.map((x) => `(${x}>>8)`)];
  const codes = [...find(placed, e.icmp.code, pen).map((ref) => narrow(ref, 8)), ...both.map((x) => `(${x}&255)`)];
  if (types.length > 0) body.number('icmp_type', types.join('||'));
  if (codes.length > 0) body.number('icmp_code', codes.join('||'));
  const port = find(placed, e.numberFeeds.dst_port.ids)[0];
  const protocol = find(placed, e.numberFeeds.protocol.ids)[0];
  // NetFlow's custom before it had ICMP elements: type and code are in the destination port.
  if (version === 10 || half === 'reverse' || types.length + codes.length > 0 || !port || !protocol) return;
  body.code += `const pr=${narrow(protocol, 8)},tc=pr===1||pr===58?${narrow(port, 16)}:0;\n`;
  body.number('icmp_type', 'tc>>8');
  body.number('icmp_code', 'tc');
}

/** In the order of `ids`, whatever the template's. */
const inOrder = (placed: Placed, ids: readonly number[], pen = 0): Ref[] =>
  ids.flatMap((id) => find(placed, [id], pen));

/** Counters of this half; the reverse one skips records without any. False when it has no counter elements. */
export function counterCode(body: Body, placed: Placed, half: Half): boolean {
  const sides = e.counterFamilies.map((family) => ({
    counter: family.counter,
    octets: inOrder(placed, family.octets),
    packets: inOrder(placed, family.packets),
    reverseOctets: [
      ...inOrder(placed, family.octets, e.reversePen),
      ...('responderOctets' in family ? find(placed, family.responderOctets) : []),
    ],
    reversePackets: [
      ...inOrder(placed, family.packets, e.reversePen),
      ...('responderPackets' in family ? find(placed, family.responderPackets) : []),
    ],
  }));
  const side =
    sides.find((s) => s.octets.length + s.packets.length > 0) ??
    sides.find((s) => s.reverseOctets.length + s.reversePackets.length > 0);
  if (side === undefined) return false;
  const octets = half === 'forward' ? side.octets : side.reverseOctets;
  const packets = half === 'forward' ? side.packets : side.reversePackets;
  const words: string[] = [];
  const emit = (column: 'octets' | 'packets', refs: readonly Ref[]): string => {
    const head = refs[0];
    if (head === undefined) return '';
    const [l, h] = [`${column}L`, `${column}H`];
    words.push(l, h);
    body.code += `let ${l}=${low(head)},${h}=${high(head)};\n`;
    for (const ref of refs.slice(1)) body.code += `if((${l}|${h})===0){${l}=${low(ref)};${h}=${high(ref)};}\n`;
    return l;
  };
  emit('octets', octets);
  emit('packets', packets);
  if (half === 'reverse') {
    if (words.length === 0) return false;
    body.code += `if((${words.join('|')})===0)continue;\n`;
    body.number('reverse', '1');
  }
  if (octets.length > 0) body.pair('octets', 'octetsL', 'octetsH');
  if (packets.length > 0) body.pair('packets', 'packetsL', 'packetsH');
  if (side.counter !== counterCodes.delta) body.number('counter', literal(side.counter));
  return true;
}

/**
 * A record of a sampled packet: its start is read into columns, before those fields that the record has besides. It is one
 * packet, of the frame's octets or the IP packet's, where the record has no counters.
 */
export function sectionCode(body: Body, placed: Placed, hasCounters: boolean): void {
  const s = e.section;
  const one = (id: number): Ref | undefined => find(placed, [id])[0];
  const [frame, header] = [one(s.frame), one(s.header)];
  if (frame === undefined && header === undefined) return;
  const [frameType, offset, payload] = [one(s.frameType), one(s.offset), one(s.payload)];
  for (const column of packetColumns) {
    const array = body.array(column);
    const words = column.endsWith('_addr') ? [0, 1, 2, 3] : [];
    body.code += words.length > 0 ? `${words.map((i) => `${array}[q+${i}]=`).join('')}0;\n` : `${array}[r]=0;\n`;
  }
  const span = (ref: Ref): string =>
    `v,${ref.at},${ref.at}+${typeof ref.length === 'string' ? ref.length : literal(ref.length)}`;
  // 1 is Ethernet; a section that begins later has no header to read.
  const conditions = [frameType ? `${low(frameType)}===1` : '', offset ? `${low(offset)}===0` : ''].filter(Boolean);
  const when = conditions.length > 0 ? `if(${conditions.join('&&')})` : '';
  if (frame) body.code += `${when}f.packets.ethernet(r,${span(frame)});\n`;
  else if (header) {
    body.code += `f.packets.ip(r,${span(header)});\n`;
    if (payload) body.code += `f.packets.payload(r,${span(payload)},${body.array('protocol')}[r]);\n`;
  }
  if (hasCounters) return;
  const sizes = [one(s.frameOctets), one(s.packetOctets)].flatMap((ref) => (ref ? [low(ref)] : []));
  if (header)
    sizes.push(
      `ipOctets(v,${header.at},${typeof header.length === 'string' ? header.length : literal(header.length)})`,
    );
  if (sizes.length > 0) body.pair('octets', sizes.join('||'), '0');
  body.pair('packets', '1', '0');
  body.number('counter', literal(counterCodes.packet));
}

/** Per-record sampling: parameters in the record, else a sampler named by it. */
export function samplingCode(body: Body, placed: Placed): boolean {
  const s = e.sampling;
  const parts = [s.interval, s.randomInterval, s.packetInterval, s.packetSpace, s.size, s.population].map(
    (id) => find(placed, [id])[0],
  );
  const samplers = find(placed, s.samplers);
  let { rate, stated } = { rate: 'fr', stated: 'fs' };
  if (samplers.length > 0) {
    body.code += `const sid=${first(samplers, wide)};if(sid!==lastSampler){lastSampler=sid;samplerRate=f.rateOfSampler(sid);}\n`;
    [rate, stated] = ['Math.abs(samplerRate)', '(samplerRate>0?1:0)'];
  }
  if (parts.some(Boolean)) {
    body.code += `const own=recordRate(${parts.map((ref) => (ref ? low(ref) : '-1')).join(',')});\n`;
    [rate, stated] = [`own>0?own:${rate}`, `own>0?1:${stated}`];
  }
  body.number('sampling_rate', rate);
  body.number('sampling_stated', stated);
  return samplers.length > 0;
}

export function constantCode(body: Body): void {
  body.pair('received_ms', 'rxL', 'rxH');
  body.pair('exported_ms', 'exL', 'exH');
  const a = body.array('exporter');
  body.code += `${a}[q]=a0;${a}[q+1]=a1;${a}[q+2]=a2;${a}[q+3]=a3;\n`;
  body.number('observation_domain', 'dom');
  body.number('version', 'ver');
}
