/** A certificate that is made for a test: X.509 v3 (RFC 5280), ECDSA on P-256, signed by itself. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** `names`: of DNS. `validMs`: from an hour ago; in the past, it has expired. */
export function certificateOf(names: readonly string[], validMs = 86_400_000): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaSha256 = sequence(oid('2a8648ce3d040302'));
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(names[0] ?? 'test')))));
  const from = Date.now() - 3 * 3_600_000;
  const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(0x04, value));
  const alternatives = sequence(...names.map((each) => der(0x82, Buffer.from(each))));
  const extensions = sequence(
    extension('551d13', sequence(der(0x01, Buffer.from([0xff])))), // basicConstraints: CA
    extension('551d11', alternatives), // subjectAltName
  );
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaSha256,
    name,
    sequence(utcTime(from), utcTime(Date.now() + validMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toSign, { key: privateKey, dsaEncoding: 'der' }));
  const lines = sequence(toSign, ecdsaSha256, signature).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
