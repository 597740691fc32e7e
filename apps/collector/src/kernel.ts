import { readFileSync } from 'node:fs';

/** Datagrams that the kernel dropped for want of buffer, by local UDP port, as `/proc/net/udp` and `udp6` tell. */
export function readDrops(tables: readonly string[], ports: ReadonlySet<number>): Map<number, number> {
  const drops = new Map<number, number>();
  for (const port of ports) drops.set(port, 0);
  for (const table of tables)
    for (const line of table.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
      const before = drops.get(port);
      if (before !== undefined) drops.set(port, before + (Number(columns.at(-1)) || 0));
    }
  return drops;
}

/**
 * Datagrams that the kernel dropped for want of buffer on UDP sockets bound to these local ports, since the sockets were
 * opened (proc(5), net/udp: local_address is hex, the last column counts drops). 0 where there is no /proc.
 */
export function kernelDrops(ports: ReadonlySet<number>): Map<number, number> {
  const tables = ['/proc/net/udp', '/proc/net/udp6'].flatMap((file) => {
    try {
      return [readFileSync(file, 'latin1')];
    } catch {
      return [];
    }
  });
  return readDrops(tables, ports);
}
