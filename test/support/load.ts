import { setTimeout as sleep } from 'node:timers/promises';
import type { TestExporter } from './exporter.ts';

const perDatagram = 20;

/** Sends flows from an exporter until it is stopped, `pauseMs` between datagrams; resolves when the last is sent. */
export function startLoad(exporter: TestExporter, pauseMs = 5): { stop: () => Promise<void> } {
  let going = true;
  const running = (async () => {
    for (let round = 0; going; round++) {
      if (round % 10 === 0) await exporter.template();
      await exporter.flows(
        Array.from({ length: perDatagram }, (_, i) => ({
          octets: 1000 + ((round * perDatagram + i) % 100_000),
          inIf: 2,
          outIf: 1,
          id: round * perDatagram + i,
          agoMs: [3000, 10] as const,
        })),
      );
      await sleep(pauseMs);
    }
  })();
  return {
    stop: () => {
      going = false;
      return running;
    },
  };
}
