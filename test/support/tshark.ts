/** What tshark reads from a capture: values of fields by datagram. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const separator = '|';

/**
 * One answer for each datagram of the file: by field, the values in the datagram's order. Read twice, because tshark
 * drops data that comes before its template the first time.
 */
export async function readWithTshark<F extends string>(
  tshark: string,
  file: string,
  port: number,
  protocol: 'cflow' | 'sflow',
  fields: readonly F[],
): Promise<Record<F, string[]>[]> {
  const { stdout } = await run(
    tshark,
    ['-n', '-2', '-r', file, '-d', `udp.port==${port},${protocol}`, '-T', 'fields']
      .concat(['-E', `separator=${separator}`, '-E', 'occurrence=a', '-E', 'aggregator=,'])
      .concat(fields.flatMap((field) => ['-e', field])),
    { maxBuffer: 512 * 1024 * 1024, timeout: 120_000 },
  );
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const cells = line.split(separator);
      return Object.fromEntries(
        fields.map((field, i) => [field, cells[i] === undefined || cells[i] === '' ? [] : cells[i].split(',')]),
      ) as Record<F, string[]>;
    });
}
