/** Processes of one more trust, beside a Linewatch that runs: the real commands on the same data directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freeTcp, freeUdp } from './ports.ts';
import { Hopeless, type System, runCommand, until } from './system.ts';

const command = path.join(import.meta.dirname, '../../node_modules/.bin/linewatch');

export interface BesideOptions {
  readonly trust: string;
  readonly collector: string;
  /** Without it, a collector only. */
  readonly api?: boolean;
}

export class Beside {
  readonly ports: System['ports'];
  readonly configFile: string;
  readonly #children: ChildProcess[] = [];
  output = '';

  private constructor(ports: System['ports'], configFile: string) {
    this.ports = ports;
    this.configFile = configFile;
  }

  /** Resolves when the collector listens and the API answers. */
  static async start(system: System, { trust, collector, api = false }: BesideOptions): Promise<Beside> {
    const [netflow, ipfix, sflow, traps] = await Promise.all([freeUdp(), freeUdp(), freeUdp(), freeUdp()]);
    const ports = { netflow, ipfix, sflow, traps, http: await freeTcp() };
    const file = path.join(system.directory, `${trust}-${collector}.yaml`);
    const { http, ...listen } = ports;
    writeFileSync(
      file,
      stringify({ data: system.dataDir, trust, api: { port: http }, collector: { label: collector, listen } }),
    );
    const beside = new Beside(ports, file);
    try {
      beside.#run('collector');
      if (api) beside.#run('api');
      await until(`the collector ${collector} of ${trust} listens`, () => {
        beside.#check();
        return beside.output.includes('Stop with Ctrl-C');
      });
      if (api)
        await until(`the API of ${trust} answers`, () => {
          beside.#check();
          return fetch(`${beside.url}/health/ready`).then(({ ok }) => ok);
        });
    } catch (error) {
      await beside.stop();
      throw new Error(`${String(error)}\n${beside.output.slice(-4000)}`, { cause: error });
    }
    return beside;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  run(...args: string[]): ReturnType<typeof runCommand> {
    return runCommand([...args, '--config', this.configFile]);
  }

  #run(component: string): void {
    const child = spawn(command, [component, '--config', this.configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CLICKHOUSE_URL: '', DATABASE_URL: '', KAFKA_BROKERS: '' },
    });
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-200_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#children.push(child);
  }

  #check(): void {
    if (this.#children.some(({ exitCode }) => exitCode !== null)) throw new Hopeless('a process ended');
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await Promise.race([gone, sleep(12_000).then(() => child.kill('SIGKILL'))]);
      }),
    );
  }
}
