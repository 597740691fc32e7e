/**
 * What is remembered of exporters, within bounds. Each item weighs something; when all together weigh too much, the
 * heaviest exporter is forgotten if it has more than its share, else the first that was not heard again.
 */
import { Domain, Exporter, type FlowVersion, domainKey } from './exporter.ts';
import type { HeldSets } from './held.ts';
import { lose } from './losses.ts';
import { unusedOptions } from './option-fields.ts';
import type { Counters, Limits } from './port.ts';
import { type Layout, type Template, signatureOf } from './template.ts';

const domainWeight = 8;
/** One that holds this part of what may be remembered is the first to be forgotten. */
const fairShares = 64;
const templateWeight = (template: Layout): number => 2 + (template.fields.length >> 2);

export class Memory {
  readonly exporters = new Map<string, Exporter>();
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #held: HeldSets;
  #weight = 0;

  constructor(limits: Limits, counters: Counters, held: HeldSets) {
    this.#limits = limits;
    this.#counters = counters;
    this.#held = held;
  }

  exporter(address: Uint8Array): Exporter {
    if (address.length !== 16) throw new RangeError(`an exporter address has 16 octets, not ${address.length}`);
    const key = Buffer.from(address.buffer, address.byteOffset, 16).toString('latin1');
    const known = this.exporters.get(key);
    if (known) return known;
    if (this.exporters.size >= this.#limits.exporters) this.#evictExporter();
    const exporter = new Exporter(address, this.#limits.elementsPerExporter);
    this.exporters.set(key, exporter);
    return exporter;
  }

  /** Second chance: the first in line that was not heard again since it was last looked at. */
  #evictExporter(): void {
    for (const [key, exporter] of this.exporters) {
      this.exporters.delete(key);
      if (exporter.used) {
        exporter.used = false;
        this.exporters.set(key, exporter);
        continue;
      }
      this.#forget(exporter);
      return;
    }
  }

  /** Whether one weighed more than its share, and was forgotten: a few that flood must not push out all the others. */
  #evictHeaviest(): boolean {
    let heaviest: [key: string, exporter: Exporter] | undefined;
    for (const entry of this.exporters) if (entry[1].weight > (heaviest?.[1].weight ?? 0)) heaviest = entry;
    if (heaviest === undefined || heaviest[1].weight < this.#limits.remembered / fairShares) return false;
    this.exporters.delete(heaviest[0]);
    this.#forget(heaviest[1]);
    return true;
  }

  #forget(exporter: Exporter): void {
    exporter.evicted = true;
    this.#held.dropAll(exporter.held);
    this.#weight -= exporter.weight;
    lose(this.#counters, exporter, 'exporter_evicted');
  }

  /** Adds (or takes, below 0) the weight of something remembered of a domain, or of the exporter as a whole. */
  weigh(exporter: Exporter, domain: Domain | undefined, weight: number): void {
    if (domain) domain.weight += weight;
    exporter.weight += weight;
    this.#weight += weight;
  }

  /** To be called between datagrams: what one of them adds is bounded by its length. */
  trim(): void {
    while (this.#weight > this.#limits.remembered && this.exporters.size > 0)
      if (!this.#evictHeaviest()) this.#evictExporter();
  }

  domain(exporter: Exporter, version: FlowVersion, id: number): Domain {
    const key = domainKey(version, id);
    const known = exporter.domains.get(key);
    if (known) return known;
    if (exporter.domains.size >= this.#limits.domainsPerExporter)
      for (const [oldest, domain] of exporter.domains) {
        exporter.domains.delete(oldest);
        exporter.templateCount -= domain.templates.size;
        for (const template of domain.templates.values()) exporter.elementCounts.take(template);
        this.weigh(exporter, undefined, -domain.weight);
        this.#held.dropAll([...domain.waiting.values()].flat());
        lose(this.#counters, exporter, 'domain_evicted');
        break;
      }
    const domain = new Domain(version, id, this.#limits.samplersPerDomain);
    exporter.domains.set(key, domain);
    this.weigh(exporter, domain, domainWeight);
    return domain;
  }

  /** Remembers a template as the latest announced. */
  keepTemplate(exporter: Exporter, domain: Domain, layout: Layout, nowMs: number): Template {
    const signature = signatureOf(layout);
    const known = domain.templates.get(layout.id);
    if (known !== undefined) this.dropTemplate(exporter, domain, known);
    const same = known !== undefined && known.signature === signature && known.scopes === layout.scopes;
    const template: Template = same
      ? known
      : {
          ...layout,
          signature,
          seenMs: nowMs,
          compiled: undefined,
          columnless: layout.scopes >= 0 ? unusedOptions(layout) : [],
          records: 0,
        };
    template.seenMs = nowMs;
    domain.templates.set(layout.id, template);
    exporter.templateCount++;
    this.weigh(exporter, domain, templateWeight(template));
    while (exporter.templateCount > this.#limits.templatesPerExporter) {
      const from =
        domain.templates.size > 1
          ? domain
          : [...exporter.domains.values()].find((d) => d !== domain && d.templates.size > 0);
      const oldest = from?.templates.values().next().value;
      if (from === undefined || oldest === undefined) break;
      this.dropTemplate(exporter, from, oldest);
      lose(this.#counters, exporter, 'template_evicted');
    }
    return template;
  }

  dropTemplate(exporter: Exporter, domain: Domain, template: Template): void {
    if (!domain.templates.delete(template.id)) return;
    exporter.elementCounts.take(template);
    this.weigh(exporter, undefined, exporter.elementCounts.grown());
    exporter.templateCount--;
    this.weigh(exporter, domain, -templateWeight(template));
  }

  keepRate(exporter: Exporter, domain: Domain, rate: number, sampler: number, template: number): void {
    const { samplers } = domain;
    const before = samplers.byId.size + samplers.byTemplate.size;
    const evicted = samplers.state(rate, sampler, template);
    if (evicted > 0) lose(this.#counters, exporter, 'sampler_evicted', evicted);
    this.weigh(exporter, domain, samplers.byId.size + samplers.byTemplate.size - before);
  }

  /** Whether the exporter may pass on another name now. It costs little to be refused: a sender chooses how often it is. */
  mayName(exporter: Exporter, nowMs: number): boolean {
    if (nowMs !== exporter.namesSpentMs) {
      const minutes = Math.abs(nowMs - exporter.namesSpentMs) / 60_000;
      exporter.namesSpent = Math.max(0, exporter.namesSpent - minutes * this.#limits.namesPerExporter);
      exporter.namesSpentMs = nowMs;
    }
    if (exporter.namesSpent < this.#limits.namesPerExporter) return true;
    this.#counters.namesLimited++;
    return false;
  }

  /** Remembers a name, or a statistic, as passed on. */
  keepName(exporter: Exporter, key: string, text: string, nowMs: number): void {
    const { names } = exporter;
    const before = names.size;
    names.set(key, { text, sentMs: nowMs });
    exporter.namesSpent++;
    if (names.size > this.#limits.namesPerExporter) names.delete(names.keys().next().value ?? key);
    this.weigh(exporter, undefined, names.size - before);
  }
  keepElementName(exporter: Exporter, key: string, name: string): void {
    const { elementNames } = exporter;
    const before = elementNames.size;
    if (before < this.#limits.elementsPerExporter || elementNames.has(key)) elementNames.set(key, name);
    this.weigh(exporter, undefined, elementNames.size - before);
  }
}
