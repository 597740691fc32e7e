/** `polls`: SNMP polls by one collector, of Debian's snmpd at many addresses of loopback, each a device to us. */
import { networkInterfaces } from 'node:os';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { cpuSeconds, makeDirectory, start } from './processes.ts';
import { short } from './report.ts';
import { startWhole } from './whole.ts';

const port = 29_161;
const community = 'bench';
const warmUpS = 20;

/** As many addresses of loopback as there are devices, away from 127.0.0.1. */
const addresses = (devices: number): string[] =>
  Array.from({ length: devices }, (_, i) => `127.9.${Math.floor(i / 250)}.${(i % 250) + 1}`);

async function startAgents(devices: readonly string[]) {
  const directory = await makeDirectory('snmpd');
  const conf = path.join(directory, 'snmpd.conf');
  await mkdir(path.join(directory, 'state'));
  await writeFile(conf, `rocommunity ${community} 127.0.0.0/8\nsysName bench\n`);
  const places = devices.map((address) => `udp:${address}:${port}`).join(',');
  return start('snmpd', ['-f', '-Lo', '-C', '-c', conf, '-p', path.join(directory, 'pid'), places], {
    env: { ...process.env, SNMP_PERSISTENT_DIR: path.join(directory, 'state') },
  });
}

/** Interfaces that the agents tell of: all of the machine's, those that are down too. */
async function interfaceCount(): Promise<number> {
  try {
    return (await readFile('/proc/net/dev', 'utf8')).trim().split('\n').length - 2;
  } catch {
    return Object.keys(networkInterfaces()).length;
  }
}

export async function pollsBench(args: readonly string[]): Promise<void> {
  const { devices, every, seconds } = readOptions(args, { devices: 500, every: 10, seconds: 60 });
  const targets = addresses(devices);
  const agents = await startAgents(targets);
  const perDevice = await interfaceCount();
  const whole = await startWhole({
    config: [
      'snmp:',
      `  credentials: [{ name: bench, community: ${community} }]`,
      '  polling:',
      `    everyS: ${every}`,
      '    timeoutMs: 2000',
      '    retries: 0',
      '    targets:',
      ...targets.map((address) => `      - { address: ${address}, port: ${port}, credential: bench }`),
    ],
  });
  const polls = async (): Promise<{ ok: number; failed: number }> => {
    const text = await (await fetch(`${whole.baseUrl}/metrics`)).text();
    const of = (matches: (result: string) => boolean): number =>
      [...text.matchAll(/^linewatch_collector_polls_total\{[^}]*result="(\w+)"[^}]*\} (\d+)/gm)].reduce(
        (sum, [, result = '', count]) => sum + (matches(result) ? Number(count) : 0),
        0,
      );
    return { ok: of((result) => result === 'ok'), failed: of((result) => result !== 'ok') };
  };
  await sleep(warmUpS * 1000);
  const [before, cpuBefore, agentsBefore] = [await polls(), whole.cpu().get('collector') ?? 0, cpuSeconds(agents.pid)];
  const began = performance.now();
  await sleep(seconds * 1000);
  const [after, cpuAfter] = [await polls(), whole.cpu().get('collector') ?? 0];
  const tookS = (performance.now() - began) / 1000;
  const cpu = cpuAfter - cpuBefore;
  const ok = after.ok - before.ok;
  const interfaces = ok * perDevice;
  console.log(
    `${describeMachine()}; ${devices} devices of ${perDevice} interfaces, each every ${every} s, ${seconds} s\n`,
  );
  console.log(`devices read a minute     ${short((ok * 60) / tookS)}, ${after.failed - before.failed} failed`);
  console.log(`interfaces a minute       ${short((interfaces * 60) / tookS)}`);
  console.log(`the collector's CPU       ${((100 * cpu) / tookS).toFixed(1)} % of a core`);
  console.log(`interfaces a CPU-second   ${short(interfaces / cpu)}`);
  console.log(
    `the agents' own CPU       ${((100 * (cpuSeconds(agents.pid) - agentsBefore)) / tookS).toFixed(1)} % of a core`,
  );
  await whole.stop();
  await agents.stop();
}
