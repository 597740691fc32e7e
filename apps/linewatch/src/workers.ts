/** The workers of this machine's collector: their sockets, their parts and their names. */
import { type CollectorConfig, prepareWorkers } from '@linewatch/collector';
import type { Logger } from '@linewatch/service';
import { type ChildOptions, firstInherited, startChild } from './child.ts';
import { workerNames } from './names.ts';
import { type Inherited, inheritedVariable, openSockets } from './sockets.ts';
import { Part } from './supervise.ts';

export interface WorkersOptions {
  readonly config: CollectorConfig;
  /** Where the collector keeps what it remembers. */
  readonly directory: string;
  /** `collector`, or another where two run on one data directory. */
  readonly name: string;
  readonly logger: Logger;
}

export interface Workers {
  /** As many as run: one where the system does not spread datagrams. */
  readonly count: number;
  /** For people: the ports. */
  readonly label: string;
  parts(child: Omit<ChildOptions, 'component' | 'fds' | 'env'>): Part[];
}

/**
 * Opens the sockets and prepares what the workers find. The sockets stay open here: what comes while a worker starts again
 * waits in its own.
 * @throws CollectorError that names a port that cannot be had.
 */
export async function openWorkers({ config, directory, name, logger }: WorkersOptions): Promise<Workers> {
  const sockets = openSockets(config);
  const count = sockets?.length ?? 1;
  if (count < config.workers)
    logger.warn({ wanted: config.workers }, 'this system does not spread datagrams over workers: there is one');
  await prepareWorkers({ directory, label: config.label, workers: count, logger });
  const names = workerNames(count, name);
  const { listen } = config;
  const ports = sockets
    ? [...new Set(sockets[0]!.map(({ port }) => port))]
    : [listen.netflow, listen.ipfix, listen.sflow, listen.traps].filter((port) => port !== 0);
  return {
    count,
    label: `collector listens on UDP ${ports.join(', ')}${count > 1 ? ` with ${count} workers` : ''}`,
    parts: (child) =>
      names.map((own, worker) => {
        const mine = sockets?.[worker];
        const given: Inherited = {
          name: own,
          worker,
          workers: count,
          sockets: mine?.map((socket, i) => ({ ...socket, fd: firstInherited + i })),
        };
        const options: ChildOptions = {
          ...child,
          component: 'collector',
          fds: mine?.map(({ fd }) => fd) ?? [],
          env: { [inheritedVariable]: JSON.stringify(given) },
        };
        return new Part(own, () => startChild(options), logger);
      }),
  };
}
