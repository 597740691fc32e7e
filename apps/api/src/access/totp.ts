/** Codes of an authenticator app: RFC 6238 with SHA-1, six digits, 30 s, which is what the apps take. */
import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const periodS = 30;
const recoveryCodes = 10;
/** Without letters and digits that look alike. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

const totpOf = (secret: string, label = ''): TOTP =>
  new TOTP({
    issuer: 'Linewatch',
    label,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: periodS,
  });

/** 160 bits, base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

export const totpUri = (secret: string, label: string): string => totpOf(secret, label).toString();

/** The time step whose code this is, one before or after now allowed; undefined = of none. */
export function stepOf(secret: string, code: string, nowMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? undefined : Math.floor(nowMs / 1000 / periodS) + delta;
}

/** About 79 bits each, so a fast hash is enough. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodes }, () => {
    let code = '';
    while (code.length < 16)
      for (const byte of randomBytes(32))
        // Octets at the end of the range would make the first letters likelier.
        if (byte < 256 - (256 % letters.length) && code.length < 16) code += letters[byte % letters.length]!;
    return code.replaceAll(/(.{4})(?=.)/g, '$1-');
  });
}

export const recoveryHash = (code: string): Buffer =>
  createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    .digest();
