import { readFileSync } from 'node:fs';

/**
 * Datagrams that the kernel dropped for want of buffer on UDP sockets bound to these local ports, since the sockets were
 * opened (proc(5), net/udp: local_address is hex, the last column counts drops). 0 where there is no /proc.
 */
export function kernelDrops(ports: ReadonlySet<number>): number {
  let drops = 0;
  for (const file of ['/proc/net/udp', '/proc/net/udp6']) {
    let text: string;
    try {
      text = readFileSync(file, 'latin1');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
      if (ports.has(port)) drops += Number(columns.at(-1)) || 0;
    }
  }
  return drops;
}
