/** Certificates and passwords of a test broker's listener with TLS. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Secured {
  /** host:port */
  readonly address: string;
  /** PEM file of the authority that signed the broker's certificate. */
  readonly ca: string;
  readonly username: string;
  readonly password: string;
  /** For the command that formats the broker's directory. */
  readonly scramUsers: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

function openssl(directory: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}

const username = 'collector';

/** One user, by PLAIN and by both kinds of SCRAM; made once for a directory. */
export function secure(directory: string, port: number, fresh: boolean): Secured {
  const passwordFile = path.join(directory, 'password');
  if (fresh) {
    writeFileSync(passwordFile, randomBytes(12).toString('hex'));
    const short = ['-nodes', '-days', '30', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    openssl(directory, 'req', '-x509', ...short, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority');
    openssl(directory, 'req', ...short, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=localhost');
    writeFileSync(path.join(directory, 'names.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'names.cnf'];
    openssl(directory, 'x509', '-req', '-in', 'broker.csr', '-out', 'broker.pem', ...signed);
    // Java's key stores take keys of this form only.
    openssl(directory, 'pkcs8', '-topk8', '-nocrypt', '-in', 'broker.key', '-out', 'broker.pk8');
    const parts = ['broker.pk8', 'broker.pem', 'ca.pem'].map((file) =>
      readFileSync(path.join(directory, file), 'utf8'),
    );
    writeFileSync(path.join(directory, 'broker.store.pem'), parts.join(''));
  }
  const password = readFileSync(passwordFile, 'utf8');
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  return {
    address: `127.0.0.1:${port}`,
    ca: path.join(directory, 'ca.pem'),
    username,
    password,
    scramUsers: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((kind) => `${kind}=[name=${username},password=${password}]`),
    settings: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': path.join(directory, 'broker.store.pem'),
      'ssl.endpoint.identification.algorithm': '',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.tls.plain.sasl.jaas.config': plain,
      'listener.name.tls.scram-sha-256.sasl.jaas.config': scram,
      'listener.name.tls.scram-sha-512.sasl.jaas.config': scram,
    },
  };
}
