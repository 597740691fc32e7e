/** What events say of lines: traps of interfaces, devices, tunnels and tests. */
import type { Event } from '@linewatch/record';
import type { Device, Line, Plan } from './plan.ts';
import { isValid } from './plan.ts';
import { type Detail, type Told, toldBy } from './told.ts';
import type { Say } from './evidence.ts';
import type { LineMemory } from './memory.ts';

const none: Detail = {};

/** Of a JSON object; one that is none has no fields. */
function detailOf(text: string): Detail {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Detail) : none;
  } catch {
    return none;
  }
}

const isSame = (a: unknown, b: string | undefined): boolean =>
  typeof a === 'string' && b !== undefined && a.toLowerCase() === b.toLowerCase();

/** Whether an event is of a line's own interface: by its number, or by a name where it has none. */
function isOfInterface(line: Line, memory: LineMemory, event: Event, detail: Detail): boolean {
  const { interface: selector } = line.circuit;
  if (selector === null) return false;
  const index = selector.kind === 'index' ? selector.value : memory.index;
  if (event.interface > 0 && index !== undefined) return event.interface === index;
  const name = selector.kind === 'name' ? selector.value : memory.name;
  const alias = selector.kind === 'alias' ? selector.value : memory.alias;
  return isSame(detail['interfaceName'], name) || isSame(detail['alias'], alias);
}

function sayLink(line: Line, event: Event, detail: Detail, say: Say): void {
  const isDown = event.kind === 'link.down';
  const { timeMs: atMs } = event;
  const { admin } = detail;
  // Before the link's own word: an interface that is shut is down because of that.
  if (typeof admin === 'boolean')
    say(line, { atMs, kind: 'admin', says: admin ? 'down' : 'up', note: `${event.kind} trap: ifAdminStatus` });
  say(line, { atMs, kind: 'link', says: isDown ? 'down' : 'up', note: isDown ? 'linkDown trap' : 'linkUp trap' });
}

function sayTold(line: Line, told: Told, memory: LineMemory, event: Event, say: Say): void {
  const { timeMs: atMs, kind } = event;
  if (told.kind === 'device') {
    say(line, { atMs, kind: 'reach', says: told.says, note: `${kind} trap` });
    return;
  }
  const bare = told.name.toLowerCase();
  // The same test may be polled, under the name that its device's maker gives it.
  const polled = Object.keys(memory.sources).find((name) => name.slice(name.indexOf(':') + 1) === bare);
  // Polls judge the whole of a line; one tunnel of many through it does not speak for it then.
  if (told.part !== undefined && polled !== undefined) return;
  const whole = polled ?? `${told.source}:${bare}`;
  const name = told.part === undefined ? whole : `${whole} ${told.part.toLowerCase()}`;
  say(line, { atMs, kind: told.kind, name, says: told.says, note: `${kind} trap` });
}

/** Lines that a tunnel's name is given for: those of the device, and for what a cloud tells, those of any. */
function meant(told: Told, device: Device | undefined, trust: string, plan: Plan): readonly Line[] {
  const bare = told.name.toLowerCase();
  const names = [bare, `${told.source}:${bare}`, ...(told.also ?? []).map((name) => name.toLowerCase())];
  const lines = device
    ? device.lines.filter(({ tunnels }) => tunnels.some((tunnel) => names.includes(tunnel)))
    : told.also
      ? names.flatMap((name) => plan.tunnelled(trust, name))
      : [];
  return told.only === undefined ? lines : lines.filter(({ circuit }) => circuit.kind === told.only);
}

export function readEvent(
  event: Event,
  device: Device | undefined,
  trust: string,
  plan: Plan,
  memoryOf: (line: Line) => LineMemory,
  say: Say,
): void {
  const { kind, timeMs } = event;
  if (kind === 'link.down' || kind === 'link.up') {
    if (!device) return;
    const detail = detailOf(event.detail);
    for (const line of device.lines)
      if (isValid(line, timeMs) && isOfInterface(line, memoryOf(line), event, detail))
        sayLink(line, event, detail, say);
    return;
  }
  if (kind === 'device.cold_start' || kind === 'device.warm_start') {
    for (const line of device?.lines ?? [])
      if (isValid(line, timeMs))
        say(line, {
          atMs: timeMs,
          kind: 'reach',
          says: 'up',
          note: `${kind === 'device.cold_start' ? 'coldStart' : 'warmStart'} trap`,
        });
    return;
  }
  const told = toldBy(kind, detailOf(event.detail));
  if (!told) return;
  for (const line of meant(told, device, trust, plan))
    if (isValid(line, timeMs)) sayTold(line, told, memoryOf(line), event, say);
}
