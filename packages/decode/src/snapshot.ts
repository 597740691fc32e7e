/** Templates and stated sampling rates as plain data, so that a collector can keep them over a restart. */
import { parseAddress } from '@linewatch/record';
import type { Exporter } from './exporter.ts';
import type { Memory } from './memory.ts';
import { type Field, type Layout, faultOf } from './template.ts';

interface DomainSnapshot {
  readonly exporter: string;
  readonly version: 9 | 10;
  readonly domain: number;
  /** `scopes` is -1 for data templates; a field is [enterprise, element, length]. */
  readonly templates: readonly {
    readonly id: number;
    readonly scopes: number;
    readonly seenMs: number;
    readonly fields: readonly (readonly [number, number, number])[];
  }[];
  readonly domainRate: number;
  readonly samplers: readonly (readonly [id: number, rate: number])[];
  readonly templateRates: readonly (readonly [id: number, rate: number])[];
  readonly systemInitMs: number;
}

export interface DecoderSnapshot {
  readonly format: 1;
  readonly domains: readonly DomainSnapshot[];
}

export function snapshotExporters(exporters: Iterable<Exporter>): DecoderSnapshot {
  const domains: DomainSnapshot[] = [];
  for (const exporter of exporters)
    for (const domain of exporter.domains.values()) {
      const { samplers } = domain;
      if (domain.version !== 9 && domain.version !== 10) continue;
      if (domain.templates.size + samplers.byId.size + samplers.byTemplate.size === 0 && samplers.domainRate === 0)
        continue;
      domains.push({
        exporter: exporter.text,
        version: domain.version,
        domain: domain.id,
        templates: [...domain.templates.values()].map((t) => ({
          id: t.id,
          scopes: t.scopes,
          seenMs: t.seenMs,
          fields: t.fields.map((f) => [f.pen, f.id, f.length] as const),
        })),
        domainRate: samplers.domainRate,
        samplers: [...samplers.byId],
        templateRates: [...samplers.byTemplate],
        systemInitMs: domain.systemInitMs,
      });
    }
  return { format: 1, domains };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isInteger = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;

const word = 0xffffffff;

function fieldOf(value: unknown): Field | undefined {
  const [pen, id, length] = list(value);
  return isInteger(pen, 0, word) && isInteger(id, 0, 65535) && isInteger(length, 0, 65535)
    ? { pen, id, length }
    : undefined;
}

function layoutOf(value: unknown, version: 9 | 10, maxFields: number): Layout | undefined {
  if (!isRecord(value) || !isInteger(value['id'], 256, 65535) || !isInteger(value['scopes'], -1, maxFields))
    return undefined;
  const fields = list(value['fields'])
    .slice(0, maxFields + 1)
    .map(fieldOf);
  const layout = { version, id: value['id'], scopes: value['scopes'], fields: fields.filter((f) => f !== undefined) };
  return layout.fields.length < fields.length || faultOf(layout, maxFields) !== undefined ? undefined : layout;
}

const pairs = (value: unknown): [number, number][] =>
  list(value).flatMap((pair) => {
    const [id, rate] = list(pair);
    return isInteger(id, 0, Number.MAX_SAFE_INTEGER) && isInteger(rate, 1, word)
      ? [[id, rate] as [number, number]]
      : [];
  });

function addressOf(value: unknown): Uint8Array | undefined {
  try {
    return typeof value === 'string' ? parseAddress(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Takes what is valid and leaves the rest; returns how many templates were taken. */
export function restoreExporters(snapshot: unknown, memory: Memory, maxFields: number): number {
  if (!isRecord(snapshot) || snapshot['format'] !== 1) return 0;
  let taken = 0;
  for (const value of list(snapshot['domains'])) {
    if (!isRecord(value)) continue;
    const address = addressOf(value['exporter']);
    const version = value['version'];
    if (address === undefined || (version !== 9 && version !== 10) || !isInteger(value['domain'], 0, word)) continue;
    const exporter = memory.exporter(address);
    const domain = memory.domain(exporter, version, value['domain']);
    for (const item of list(value['templates'])) {
      const layout = layoutOf(item, version, maxFields);
      const seenMs = isRecord(item) ? item['seenMs'] : undefined;
      if (layout === undefined || !isInteger(seenMs, 0, Number.MAX_SAFE_INTEGER)) continue;
      memory.keepTemplate(exporter, domain, layout, seenMs);
      taken++;
    }
    for (const [id, rate] of pairs(value['samplers'])) memory.keepRate(exporter, domain, rate, id, -1);
    for (const [id, rate] of pairs(value['templateRates'])) memory.keepRate(exporter, domain, rate, -1, id);
    if (isInteger(value['domainRate'], 1, word)) memory.keepRate(exporter, domain, value['domainRate'], -1, -1);
    if (isInteger(value['systemInitMs'], 1, Number.MAX_SAFE_INTEGER)) domain.systemInitMs = value['systemInitMs'];
  }
  return taken;
}
