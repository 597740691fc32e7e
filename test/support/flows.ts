/** Decodes datagrams in this process and says which flows each of them holds, whenever its template came. */
import { type JsonFlow, createDecoder, flowToJson } from '@linewatch/decode';
import { createFlowColumns } from '@linewatch/record';

const startMs = Date.UTC(2026, 0, 5, 9);

export interface Datagram {
  readonly sourceAddress: Uint8Array;
  readonly payload: Uint8Array;
}

/** By datagram. A flow's `receivedMs` is that of the datagram which it was in: each gets a millisecond of its own. */
export function flowsOf(datagrams: readonly Datagram[]): JsonFlow[][] {
  const flows: JsonFlow[][] = datagrams.map(() => []);
  const sink = {
    columns: createFlowColumns(16_384),
    rows: 0,
    flush: () => {
      for (let row = 0; row < sink.rows; row++) {
        const flow = flowToJson(sink.columns, row);
        flows[Number(flow['receivedMs']) - startMs]!.push(flow);
      }
      sink.rows = 0;
    },
    decoded: () => undefined,
    sample: () => undefined,
    event: () => undefined,
  };
  const decoder = createDecoder({ sink, limits: { compilesPerSecond: Infinity } });
  datagrams.forEach(({ sourceAddress, payload }, i) => {
    decoder.decode(decoder.exporter(sourceAddress), payload, startMs + i);
    sink.flush();
  });
  return flows;
}
