/** Counter samples are measurements: each number that the agent knows is a sample of a metric. Never flows. */
import type { Exporter } from '../exporter.ts';
import {
  type CounterField,
  counterFields,
  counterFormats,
  hostFormats,
  laneFields,
  laneOctets,
  opticsFields,
} from './counter-formats.ts';
import { type Taken, padded, sourceClasses, taken } from './formats.ts';
import { type Measured, stringAt } from './measured.ts';
import type { Unread } from './unread.ts';

const word = 4_294_967_296;

/** A counter that the agent does not have is sent as all ones. NaN then. */
function read(view: DataView, at: number, { type, divisor }: CounterField): number {
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'u32': {
      const value = view.getUint32(at);
      return value === 0xffffffff ? NaN : value / divisor;
    }
    case 'u64': {
      const high = view.getUint32(at);
      const low = view.getUint32(at + 4);
      return high === 0xffffffff && low === 0xffffffff ? NaN : (high * word + low) / divisor;
    }
    case 'i32':
      return view.getInt32(at) / divisor;
    case 'f32':
      return view.getFloat32(at);
  }
}

const { hostDescription } = counterFormats;
const maxLanes = 16;
const octetsOf = { u8: 1, u32: 4, u64: 8, i32: 4, f32: 4 } as const;

export class CounterSamples {
  readonly #measured: Measured;
  readonly #unread: Unread;
  #exporter: Exporter | undefined;
  #class = 0;
  #source = 0;
  /** ifIndex of the sample; 0 = the device. */
  #index = 0;
  #nowMs = 0;

  constructor(measured: Measured, unread: Unread) {
    this.#measured = measured;
    this.#unread = unread;
  }

  begin(exporter: Exporter, nowMs: number): void {
    this.#exporter = exporter;
    this.#nowMs = nowMs;
  }

  /** Reads the records of a source: their count is at `from`. */
  read(sourceClass: number, source: number, view: DataView, from: number, end: number): Taken {
    this.#class = sourceClass;
    this.#source = source;
    this.#index = sourceClass === sourceClasses.interface ? source : 0;
    const count = view.getUint32(from);
    let at = from + 4;
    for (let i = 0; i < count; i++) {
      const octets = end - at < 8 ? Infinity : view.getUint32(at + 4);
      if (octets > end - at - 8) return i > 0 ? taken.part : taken.nothing;
      const tag = view.getUint32(at);
      at += 8;
      this.#record(tag, view, at, at + octets);
      at += padded(octets);
    }
    return taken.whole;
  }

  #record(tag: number, view: DataView, at: number, end: number): void {
    const exporter = this.#exporter;
    if (exporter === undefined) return;
    const fields = counterFields.get(tag);
    const special = tag === counterFormats.optics || tag === counterFormats.portName || tag === hostDescription;
    // A guest's figures are not its host's.
    const guest = hostFormats.has(tag) && this.#class === sourceClasses.logicalEntity;
    if ((fields === undefined && !special) || guest) {
      this.#unread.count(exporter, 'counter', tag, view, at, end, this.#nowMs);
      return;
    }
    if (end - at < 4) return;
    let index = this.#index;
    let part = 0;
    let label = '';
    if (tag === counterFormats.generic) index = view.getUint32(at) || index;
    else if (tag === counterFormats.vlan) label = String((part = view.getUint32(at)));
    const key = tag * 2 ** 40 + (this.#class & 0xff) * word + ((this.#source ^ (part << 12)) >>> 0);
    if (!this.#measured.due(exporter, key, this.#nowMs)) return;
    if (fields) this.#numbers(exporter, fields, index, label, view, at, end);
    if (tag === counterFormats.generic) this.#states(exporter, index, view, at, end);
    else if (tag === counterFormats.optics) this.#optics(exporter, view, at, end);
    else if (tag === counterFormats.portName && index > 0)
      this.#measured.text(
        exporter,
        `interface.name ${index}`,
        index,
        'interface.name',
        stringAt(view, at, end),
        this.#nowMs,
      );
    else if (tag === hostDescription) this.#host(exporter, view, at, end);
  }

  #numbers(
    exporter: Exporter,
    fields: readonly CounterField[],
    index: number,
    label: string,
    view: DataView,
    at: number,
    end: number,
  ): void {
    for (const field of fields) {
      // Structures grow at their end: what an older agent does not send is not there.
      if (end - at < field.at + octetsOf[field.type]) continue;
      const value = read(view, at + field.at, field);
      if (Number.isFinite(value)) this.#measured.number(exporter, index, field.metric, value, this.#nowMs, label);
    }
  }

  /** ifStatus: bit 0 is the administrative state, bit 1 the operational one; as numbers of IF-MIB. */
  #states(exporter: Exporter, index: number, view: DataView, at: number, end: number): void {
    if (end - at < 24) return;
    const status = view.getUint32(at + 20);
    if (status > 3) return;
    this.#measured.number(exporter, index, 'interface.admin.state', (status & 1) === 1 ? 1 : 2, this.#nowMs);
    this.#measured.number(exporter, index, 'interface.oper.state', (status & 2) === 2 ? 1 : 2, this.#nowMs);
  }

  /** A module, then its lanes; labelled by module and lane. */
  #optics(exporter: Exporter, view: DataView, at: number, end: number): void {
    if (end - at < 20) return;
    const module = String(view.getUint32(at));
    this.#numbers(exporter, opticsFields, this.#index, module, view, at, end);
    const lanes = Math.min(view.getUint32(at + 16), Math.floor((end - at - 20) / laneOctets), maxLanes);
    for (let i = 0; i < lanes; i++) {
      const lane = at + 20 + i * laneOctets;
      this.#numbers(exporter, laneFields, this.#index, `${module}/${view.getUint32(lane)}`, view, lane, end);
    }
  }

  /** Host name, UUID, kind of machine, kind of system, its release. */
  #host(exporter: Exporter, view: DataView, at: number, end: number): void {
    this.#measured.text(exporter, 'device.name', 0, 'device.name', stringAt(view, at, end), this.#nowMs);
    const release = at + 4 + padded(view.getUint32(at)) + 24;
    if (release < end)
      this.#measured.text(exporter, 'host.os.release', 0, 'host.os.release', stringAt(view, release, end), this.#nowMs);
  }
}
