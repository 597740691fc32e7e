import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Datagrams that the kernel dropped for want of buffer, by local UDP port, as `/proc/net/udp` and `udp6` tell. Of the
 * sockets with these inodes only, where they are given: workers have one each on the same port.
 */
export function readDrops(
  tables: readonly string[],
  ports: ReadonlySet<number>,
  inodes?: ReadonlySet<string>,
): Map<number, number> {
  const drops = new Map<number, number>();
  for (const port of ports) drops.set(port, 0);
  for (const table of tables)
    for (const line of table.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (inodes && !inodes.has(columns[9] ?? '')) continue;
      const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
      const before = drops.get(port);
      if (before !== undefined) drops.set(port, before + (Number(columns.at(-1)) || 0));
    }
  return drops;
}

/**
 * Datagrams that the kernel dropped for want of buffer on UDP sockets bound to these local ports, since the sockets were
 * opened (proc(5), net/udp: local_address is hex, the tenth column is the inode, the last counts drops). 0 where there is
 * no /proc.
 */
export function kernelDrops(ports: ReadonlySet<number>, inodes?: ReadonlySet<string>): Map<number, number> {
  const tables = ['/proc/net/udp', '/proc/net/udp6'].flatMap((file) => {
    try {
      return [readFileSync(file, 'latin1')];
    } catch {
      return [];
    }
  });
  return readDrops(tables, ports, inodes);
}

/** Inodes of sockets that this process has open; undefined where they cannot be told. */
export function inodesOf(sockets: readonly { readonly fd: number }[] | undefined): ReadonlySet<string> | undefined {
  try {
    return sockets && new Set(sockets.map(({ fd }) => readlinkSync(`/proc/self/fd/${fd}`).replace(/\D/g, '')));
  } catch {
    return undefined;
  }
}
