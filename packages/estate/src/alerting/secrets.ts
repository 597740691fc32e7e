/** Secrets of subscriptions: sealed in their row, each bound to it and to its name. */
import type { Sealer } from '../records/seal.ts';
import { refuse } from './errors.ts';
import type { LiveSecret } from './model.ts';

/** As it is kept; `sealed` is base64. */
export interface KeptSecret {
  readonly keyId: string;
  readonly sealed: string;
  /** Null: the one in use; else the one before, live until then, Unix ms. */
  readonly untilMs: number | null;
}

/** By name, latest first. */
export type KeptSecrets = Readonly<Record<string, readonly KeptSecret[]>>;

const owner = (row: number, name: string): string => `linewatch/subscription/${row}/${name}`;

const isLive =
  (nowMs: number) =>
  (secret: { readonly untilMs: number | null }): boolean =>
    secret.untilMs === null || secret.untilMs > nowMs;

export function sealSecret(sealer: Sealer, row: number, name: string, value: string): KeptSecret {
  const it = sealer.seal(value, owner(row, name));
  if (!it) return refuse('Its secrets cannot be kept: this server has no key for secrets.');
  return { keyId: it.keyId, sealed: it.sealed.toString('base64'), untilMs: null };
}

export interface Opened {
  readonly secrets: Readonly<Record<string, readonly LiveSecret[]>>;
  /** Names of those of which none can be opened. */
  readonly unreadable: readonly string[];
}

export function openSecrets(sealer: Sealer, row: number, kept: KeptSecrets, nowMs: number): Opened {
  const secrets: [string, LiveSecret[]][] = [];
  const unreadable: string[] = [];
  for (const [name, all] of Object.entries(kept)) {
    const live = all.filter(isLive(nowMs));
    const opened = live.flatMap(({ keyId, sealed, untilMs }) => {
      const value = sealer.open({ keyId, sealed: Buffer.from(sealed, 'base64') }, owner(row, name));
      return value === undefined ? [] : [{ value, untilMs }];
    });
    if (opened.length > 0) secrets.push([name, opened]);
    else if (live.length > 0) unreadable.push(name);
  }
  return { secrets: Object.fromEntries(secrets), unreadable };
}

/** A new one in use; the one before stays live until then, those before it do not. */
export function rotated(kept: KeptSecrets, name: string, secret: KeptSecret, untilMs: number | null): KeptSecrets {
  const [before] = (kept[name] ?? []).filter((each) => each.untilMs === null);
  return { ...kept, [name]: [secret, ...(before && untilMs !== null ? [{ ...before, untilMs }] : [])] };
}
