/** Traps over UDP to a whole Linewatch, one after another, until each one's incident is committed. */
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeInteger, encodeTrapV2c } from '@linewatch/decode';
import { createEstate } from '@linewatch/estate';
import { createLogger, sleep } from '@linewatch/service';
import { System } from '../../test/support/system.ts';

const linkDown = '1.3.6.1.6.3.1.1.5.3';
const ifIndexOf = '1.3.6.1.2.1.2.2.1.1';
const firstIndex = 10;
/** How often it is looked: a wait is known to this. */
const lookMs = 5;

/** Waits of the traps, ms. So many lines of 127.0.0.1, by their ifIndexes from 10 on. */
export async function trapWay(traps: number): Promise<number[]> {
  const system = await System.start();
  const socket = createSocket('udp4');
  try {
    const file = path.join(system.directory, 'estate.yaml');
    writeFileSync(
      file,
      JSON.stringify({
        trust: { id: 'main', name: 'Bench' },
        providers: [{ id: 'p', name: 'Provider' }],
        academies: Array.from({ length: traps }, (_, i) => ({ id: `a${i}`, name: `School ${i}` })),
        circuits: Array.from({ length: traps }, (_, i) => ({
          id: `c${i}`,
          name: `Line ${i}`,
          academy: `a${i}`,
          provider: 'p',
          role: 'primary',
          exporter: '127.0.0.1',
          interface: { index: firstIndex + i },
        })),
      }),
    );
    const { code, err } = await system.run('import', file);
    if (code !== 0) throw new Error(err);
    // The watcher and the collector learn of the estate within seconds.
    await sleep(8000);
    const { postgres } = JSON.parse(readFileSync(path.join(system.dataDir, 'run/effective.json'), 'utf8')) as {
      postgres: { url: string };
    };
    const estate = createEstate({ url: postgres.url, logger: createLogger('bench', 'error') });
    try {
      const waits: number[] = [];
      for (let i = 0; i < traps; i++) {
        const index = firstIndex + i;
        const trap = encodeTrapV2c({ oid: linkDown, varbinds: [[`${ifIndexOf}.${index}`, encodeInteger(index)]] });
        const sentMs = performance.now();
        socket.send(trap, system.ports.traps, '127.0.0.1');
        for (;;) {
          const lines = await estate.incidents.now('main');
          // Its state and its incident are one commit.
          if (lines.filter(({ incident }) => incident !== null).length > i) break;
          if (performance.now() - sentMs > 20_000) throw new Error(`no incident of trap ${i} in 20 s`);
          await sleep(lookMs);
        }
        waits.push(performance.now() - sentMs);
        // Anywhere in the collector's round of publishing.
        await sleep(17 + ((i * 73) % 211));
      }
      return waits;
    } finally {
      await estate.close();
    }
  } finally {
    socket.close();
    await system.destroy();
  }
}
