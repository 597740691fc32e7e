/**
 * Templates that people write (Liquid). Nothing of a template reaches code or files: no includes, own properties only, limits on
 * length, steps, time and memory.
 */
import type { Notification } from '@linewatch/contract';
import { timeText } from '@linewatch/sla';
import { Liquid, type Template } from 'liquidjs';
import type { KnownTicket } from './formats/format.ts';
import { cut, linkOf } from './text.ts';
import { htmlOf, lineOf, subjectOf, textOf, titleOf, updateOf } from './words.ts';

const mostTemplateCharacters = 20_000;
const mostRenderedCharacters = 262_144;
const renderMs = 200;
const mostSteps = 20_000;
const mostMemory = 4_000_000;

const engine = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  // A field that does not apply is empty, as in any ticket form.
  strictVariables: false,
  // Includes find nothing: there are no files.
  templates: {},
  timezoneOffset: 'Europe/London',
  locale: 'en-GB',
  parseLimit: mostTemplateCharacters,
  renderLimit: renderMs,
  memoryLimit: mostMemory,
});
// Always JSON: what is not there is null, and what is told may stand in HTML.
engine.registerFilter('json', (value: unknown) => (JSON.stringify(value ?? null) as string | undefined) ?? 'null');
engine.registerFilter('london_time', (value: unknown) =>
  typeof value === 'number' && Math.abs(value) <= 8.64e15 ? timeText(Math.floor(value / 1000) * 1000) : '',
);
engine.registerFilter('cut', (value: unknown, most: unknown) =>
  cut(typeof value === 'string' ? value : JSON.stringify(value ?? ''), typeof most === 'number' ? most : 250),
);

/** A template that cannot be read, or that cannot be filled in within its limits. The message says where. */
export class LiquidError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LiquidError';
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.slice(0, 300);

const parsed = new Map<string, Template[]>();
const mostParsed = 500;

function parse(source: string): Template[] {
  const known = parsed.get(source);
  if (known) return known;
  let made: Template[];
  try {
    made = engine.parse(source);
  } catch (error) {
    throw new LiquidError(firstLine(error), { cause: error });
  }
  if (parsed.size >= mostParsed) parsed.delete(parsed.keys().next().value!);
  parsed.set(source, made);
  return made;
}

/** What templates may name. */
export interface LiquidContext extends Readonly<Record<string, unknown>> {
  readonly notification: Notification;
}

/**
 * `notification` whole, and what is needed most: `event`, `status`, `severity`, `title`, `subject`, `summary`, `text`, `html`,
 * `line`, `update`, `url`, `key`, `alert` (the gravest), `alerts`, `ticket` (`id`, `reference`, `url`; null at first).
 */
export function liquidContext(
  notification: Notification,
  ticket: KnownTicket | null,
  more: Readonly<Record<string, unknown>> = {},
): LiquidContext {
  // Made when they are asked for: most templates want one or two of them.
  return {
    notification,
    event: notification.event,
    status: notification.status,
    severity: notification.severity,
    title: titleOf(notification),
    subject: subjectOf(notification),
    summary: notification.summary,
    get text() {
      return textOf(notification, { mostCharacters: 30_000 });
    },
    get html() {
      return htmlOf(notification, { mostCharacters: 60_000 });
    },
    get line() {
      return lineOf(notification, { mostCharacters: 500 });
    },
    get update() {
      return updateOf(notification, { mostCharacters: 10_000 });
    },
    url: linkOf(notification.url),
    key: notification.group.key,
    alert: notification.alerts[0] ?? null,
    alerts: notification.alerts,
    ticket,
    ...more,
  };
}

/** @throws LiquidError */
export function render(source: string, context: LiquidContext): string {
  const template = parse(source);
  let text: unknown;
  try {
    text = engine.renderSync(template, context, { templateLimit: mostSteps });
  } catch (error) {
    throw new LiquidError(firstLine(error), { cause: error });
  }
  if (typeof text !== 'string' || text.length > mostRenderedCharacters)
    throw new LiquidError(`what it makes is longer than ${mostRenderedCharacters} characters`);
  return text.toWellFormed();
}

/** What is wrong with it; null: nothing. */
export function liquidProblem(source: string): string | null {
  try {
    parse(source);
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

/** Settings `fields`: names of the receiver's, values filled in. The last of a name counts. @throws LiquidError */
export const renderFields = (
  fields: readonly { readonly name: string; readonly value: string }[],
  context: LiquidContext,
): Record<string, string> =>
  Object.fromEntries(
    fields.map(({ name, value }) => {
      try {
        return [name, render(value, context)];
      } catch (error) {
        throw new LiquidError(`field ${name}: ${firstLine(error)}`, { cause: error });
      }
    }),
  );
