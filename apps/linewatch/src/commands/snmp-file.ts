/** The credentials with which a capture's traps are read: a YAML or JSON list. */
import { readFile } from 'node:fs/promises';
import { type TrapOptions, trapOptionsOf } from '@linewatch/decode';
import { SnmpCredential } from '@linewatch/record';
import { LinewatchError, checkYaml, formatProblem } from '@linewatch/service';
import { Type } from 'typebox';

class SnmpFileError extends LinewatchError<'snmp_file_unreadable' | 'snmp_file_invalid'> {}

/**
 * Traps of the communities and users that the file has; of any community when it has users alone.
 * @throws SnmpFileError that names the file and every problem, a line each.
 */
export async function readSnmpFile(file: string): Promise<TrapOptions> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SnmpFileError('snmp_file_unreadable', `${file}: it cannot be read`, { cause });
  }
  const checked = checkYaml(text, Type.Array(SnmpCredential));
  if (!('value' in checked)) {
    const problems = checked.problems.map((problem) => formatProblem(file, problem));
    throw new SnmpFileError('snmp_file_invalid', problems.join('\n'));
  }
  const { communities = [], users } = trapOptionsOf(checked.value);
  return { communities: communities.length > 0 ? communities : undefined, users };
}
