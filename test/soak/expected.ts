/** What a generated record is expected to become, and the comparison with the columns that it became. */
import { type FlowColumnName, type FlowColumns, flowColumns } from '@linewatch/record';

/** A number, low and high words of a 64-bit one, or an address of 16 octets. */
export type ExpectedValue = number | readonly [low: number, high: number] | Uint8Array;

/** Columns that are not named are expected to be zero. */
export type ExpectedRow = Partial<Record<FlowColumnName, ExpectedValue>>;

/** What the generator models. Its templates may carry more than this: that is for the decoder to pass over. */
const modelled: readonly FlowColumnName[] = [
  'received_ms',
  'exported_ms',
  'start_ms',
  'end_ms',
  'exporter',
  'observation_domain',
  'version',
  'sampling_rate',
  'sampling_stated',
  'in_if',
  'out_if',
  'direction',
  'counter',
  'reverse',
  'src_addr',
  'dst_addr',
  'next_hop',
  'src_port',
  'dst_port',
  'protocol',
  'tcp_flags',
  'tos',
  'octets',
  'packets',
  'src_as',
  'dst_as',
  'src_mask',
  'dst_mask',
  'src_vlan',
  'dst_vlan',
  'forwarding_status',
  'post_nat_src_addr',
  'post_nat_dst_addr',
  'post_nat_src_port',
  'post_nat_dst_port',
];

const compared = modelled.map((name) => {
  const at = flowColumns.findIndex((column) => column.name === name);
  return { name, at, type: flowColumns[at]!.type };
});

export const words = (value: number): readonly [low: number, high: number] => [
  value % 4_294_967_296,
  Math.floor(value / 4_294_967_296),
];

const text = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : JSON.stringify(value ?? 0);

/** The first column that is not as expected; undefined when all are. */
export function differs(columns: FlowColumns, row: number, expected: ExpectedRow): string | undefined {
  for (const { name, at, type } of compared) {
    const want = expected[name];
    const array = columns.arrays[name];
    if (type === 'ip') {
      const octets = columns.bytes[at]!.subarray(16 * row, 16 * row + 16);
      for (let i = 0; i < 16; i++)
        if (octets[i] !== ((want as Uint8Array | undefined)?.[i] ?? 0))
          return `${name} is ${text(octets)}, not ${text(want)}`;
    } else if (type === 'u64') {
      const [low, high] = (want as readonly [number, number] | undefined) ?? [0, 0];
      if (array[2 * row] !== low || array[2 * row + 1] !== high)
        return `${name} is ${text([array[2 * row], array[2 * row + 1]])}, not ${text(want)}`;
    } else if (array[row] !== (want ?? 0)) return `${name} is ${text(array[row])}, not ${text(want)}`;
  }
  return undefined;
}
