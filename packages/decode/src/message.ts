/**
 * Messages of NetFlow v9 (RFC 3954 section 5) and IPFIX (RFC 7011 section 3):
 *
 *   v9 message    = 9:u16 count:u16 uptime:u32 seconds:u32 sequence:u32 source:u32 set*
 *   IPFIX message = 10:u16 length:u16 seconds:u32 sequence:u32 domain:u32 set*
 *   set           = id:u16 length:u16 (template* | record*) padding
 *
 * A fault in one part is counted; what is around it is read as long as it can be framed.
 */
import type { Domain, Exporter } from './exporter.ts';
import type { Frame } from './frame.ts';
import type { Held, HeldSets } from './held.ts';
import { lose } from './losses.ts';
import type { Memory } from './memory.ts';
import type { OptionsReader } from './options.ts';
import type { Counters, Limits, LossReason } from './port.ts';
import { Reader, contentEnd } from './reader.ts';
import type { RowWriter } from './rows.ts';
import { type Layout, type Template, readTemplate } from './template.ts';

/** What became of a message's parts. */
export interface Parts {
  decoded: boolean;
  held: boolean;
  /** Data records of all kinds; -1 once a set's records could not be counted. */
  records: number;
  /** Template records. */
  templates: number;
  /** The first fault. */
  fault: LossReason | undefined;
}

export interface MessageParts {
  readonly rows: RowWriter;
  readonly options: OptionsReader;
  readonly held: HeldSets;
  readonly memory: Memory;
  /** To be added to flow times. */
  readonly shiftMs: (receivedMs: number, exportedMs: number) => number;
  readonly limits: Limits;
  readonly counters: Counters;
}

/** Template set ids: data templates, options templates. */
const templateSets = { 9: [0, 1], 10: [2, 3] } as const;
const firstDataSet = 256;

export class MessageReader {
  readonly #deps: MessageParts;
  readonly #parts: Parts = { decoded: false, held: false, records: 0, templates: 0, fault: undefined };

  constructor(deps: MessageParts) {
    this.#deps = deps;
  }

  /** Reads the sets in [from, end). The answer is valid until the next call. */
  read(exporter: Exporter, domain: Domain, view: DataView, from: number, end: number, frame: Frame): Parts {
    const parts = this.#parts;
    parts.decoded = parts.held = false;
    parts.records = parts.templates = 0;
    parts.fault = undefined;
    const [templates, optionTemplates] = templateSets[domain.version as 9 | 10];
    let at = from;
    while (at < end) {
      const short = end - at < 4;
      const id = short ? 0 : view.getUint16(at);
      const length = short ? 0 : view.getUint16(at + 2);
      if (length < 4) {
        // Palo Alto and others fill the datagram with zeros.
        if (contentEnd(view, at, end) > at) this.#lose(exporter, 'set_length_invalid');
        break;
      }
      let setEnd = at + length;
      if (setEnd > end) {
        this.#lose(exporter, 'set_overrun');
        setEnd = end;
      }
      if (id >= firstDataSet) this.#data(exporter, domain, id, view, at + 4, setEnd, frame);
      else if (id === templates) this.#templates(exporter, domain, false, new Reader(view, at + 4, setEnd), frame);
      else if (id === optionTemplates) this.#templates(exporter, domain, true, new Reader(view, at + 4, setEnd), frame);
      else this.#lose(exporter, 'set_id_reserved');
      at = setEnd;
    }
    return parts;
  }

  #lose(exporter: Exporter, reason: LossReason): void {
    lose(this.#deps.counters, exporter, reason);
    this.#parts.fault ??= reason;
  }

  #data(exporter: Exporter, domain: Domain, id: number, view: DataView, from: number, end: number, frame: Frame): void {
    const template = this.#template(domain, id, frame.receivedMs);
    const parts = this.#parts;
    if (template === undefined || !this.#ready(template, frame.receivedMs)) {
      parts.records = -1;
      if (end > from) parts.held = this.#hold(exporter, domain, id, view, from, end, frame) || parts.held;
      return;
    }
    if (domain.waiting.size > 0) this.#serve(domain, template, frame);
    const records = this.#records(exporter, domain, template, view, from, end, frame);
    if (frame.broken) parts.fault ??= 'record_malformed';
    if (records > 0) parts.decoded = true;
    if (parts.records >= 0) parts.records += records;
  }

  #records(
    exporter: Exporter,
    domain: Domain,
    template: Template,
    view: DataView,
    from: number,
    end: number,
    frame: Frame,
  ): number {
    const { rows, options } = this.#deps;
    if (template.scopes >= 0) {
      frame.broken = false;
      const records = options.read(exporter, domain, template, view, from, end, frame.receivedMs);
      template.records += records;
      return records;
    }
    const program = template.compiled?.program;
    if (program === undefined) return 0;
    if (program.namesSampler) domain.samplers.named = true;
    const rate = program.namesSampler ? -1 : domain.samplers.rateOfTemplate(template.id);
    frame.rate = Math.abs(rate);
    frame.stated = rate > 0 ? 1 : 0;
    const records = rows.write(exporter, domain, program, view, from, end, frame);
    template.records += records;
    return records;
  }

  #template(domain: Domain, id: number, nowMs: number): Template | undefined {
    const template = domain.templates.get(id);
    const { templateMs } = this.#deps.limits;
    return template !== undefined && templateMs > 0 && nowMs - template.seenMs > templateMs ? undefined : template;
  }

  #hold(
    exporter: Exporter,
    domain: Domain,
    template: number,
    view: DataView,
    from: number,
    end: number,
    frame: Frame,
  ): boolean {
    const held = this.#deps.held.add({
      exporter,
      domain,
      template,
      octets: new Uint8Array(view.buffer, view.byteOffset + from, end - from).slice(),
      receivedMs: frame.receivedMs,
      exportedMs: frame.exportedMs,
      uptimeMs: frame.uptimeMs,
    });
    if (!held) this.#parts.fault ??= 'held_evicted';
    return held;
  }

  #templates(exporter: Exporter, domain: Domain, options: boolean, reader: Reader, frame: Frame): void {
    const version = domain.version as 9 | 10;
    const { counters, limits } = this.#deps;
    const content = contentEnd(reader.view, reader.at, reader.end);
    while (reader.left >= 4 && reader.at < content) {
      const record = readTemplate(reader, version, options, limits.fieldsPerTemplate);
      if (record.kind === 'fault') {
        this.#lose(exporter, record.reason);
        continue;
      }
      this.#parts.decoded = true;
      this.#parts.templates++;
      if (record.kind === 'withdrawal') {
        this.#withdraw(exporter, domain, record.id, options);
        continue;
      }
      if (options) counters.optionTemplates++;
      else counters.templates++;
      this.#learn(exporter, domain, record.layout, frame);
    }
  }

  /** Sees to it that a template has its program. */
  #ready(template: Template, nowMs: number): boolean {
    if (template.scopes >= 0) return true;
    const { compiled } = template;
    if (compiled?.program !== undefined) {
      compiled.used = true;
      return true;
    }
    template.compiled = this.#deps.rows.programs.of(template, template.signature, nowMs);
    template.columnless = template.compiled?.program?.columnless ?? template.columnless;
    return template.compiled !== undefined;
  }

  #learn(exporter: Exporter, domain: Domain, layout: Layout, frame: Frame): void {
    const template = this.#deps.memory.keepTemplate(exporter, domain, layout, frame.receivedMs);
    if (domain.waiting.has(layout.id) && this.#ready(template, frame.receivedMs)) this.#serve(domain, template, frame);
  }

  /** Decodes what waited for this template, by its own messages' headers. */
  #serve(domain: Domain, template: Template, frame: Frame): void {
    const waiting = this.#deps.held.release(domain, template.id);
    if (waiting.length === 0) return;
    const { receivedMs, exportedMs, uptimeMs, shiftMs } = frame;
    for (const held of waiting) this.#release(held, template, frame);
    Object.assign(frame, { receivedMs, exportedMs, uptimeMs, shiftMs });
  }

  #release(held: Held, template: Template, frame: Frame): void {
    frame.receivedMs = held.receivedMs;
    frame.exportedMs = held.exportedMs;
    frame.uptimeMs = held.uptimeMs;
    frame.shiftMs = this.#deps.shiftMs(held.receivedMs, held.exportedMs);
    const { octets } = held;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    this.#deps.counters.setsReleased++;
    this.#records(held.exporter, held.domain, template, view, 0, octets.length, frame);
  }

  /** RFC 7011 section 8.1: no fields withdraws the template; under the set's own id, all of its kind. */
  #withdraw(exporter: Exporter, domain: Domain, id: number, options: boolean): void {
    const all = id === templateSets[10][options ? 1 : 0];
    for (const template of all ? [...domain.templates.values()] : [domain.templates.get(id)])
      if (template !== undefined && template.scopes >= 0 === options) {
        this.#deps.memory.dropTemplate(exporter, domain, template);
        this.#deps.counters.templatesWithdrawn++;
      }
  }
}
