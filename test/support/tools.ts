import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Programs that the system tests use, and the Debian package of each. */
export const tools = {
  chromium: { command: 'chromium', debian: 'chromium' },
  tshark: { command: 'tshark', debian: 'tshark' },
  nfdump: { command: 'nfdump', debian: 'nfdump' },
  snmpd: { command: 'snmpd', debian: 'snmpd' },
  kcat: { command: 'kcat', debian: 'kcat' },
  java: { command: 'java', debian: 'openjdk-17-jre-headless' },
  mvn: { command: 'mvn', debian: 'maven' },
  openssl: { command: 'openssl', debian: 'openssl' },
  fping: { command: 'fping', debian: 'fping' },
  snmptrap: { command: 'snmptrap', debian: 'snmp' },
} as const;

/** Full path of a program, or undefined. */
export function findTool(command: string): string | undefined {
  for (const directory of (process.env['PATH'] ?? '').split(':')) {
    const file = path.join(directory, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
