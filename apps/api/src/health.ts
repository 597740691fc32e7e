import type { Health as HealthReport } from '@linewatch/contract';
import { type Health, describe, statusSocket } from '@linewatch/service';
import { type Exposition, mergeExpositions } from './exposition.ts';
import { askStatus } from './status.ts';

const askMs = 1500;

/** The processes of this installation: each answers on a socket of its own. */
export interface Components {
  readonly runDir: string;
  readonly names: readonly string[];
}

type Part = () => Health | Promise<Health>;

async function within(part: Part): Promise<Health> {
  const late = Promise.withResolvers<Health>();
  const timer = setTimeout(() => late.resolve({ ready: false, detail: `no answer within ${askMs} ms` }), askMs);
  try {
    return await Promise.race([part(), late.promise]);
  } catch (error) {
    return { ready: false, detail: describe(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function componentHealth(socket: string): Promise<Health> {
  try {
    const { text } = await askStatus(socket, '/health/ready', askMs);
    const { ready, detail } = JSON.parse(text) as Partial<Health>;
    return { ready: ready === true, detail: typeof detail === 'string' ? detail : '' };
  } catch (error) {
    return { ready: false, detail: `does not answer: ${describe(error)}` };
  }
}

/** Ready when every engine and every component is. `own` are the parts that this process can tell of itself. */
export async function readHealth(
  own: Readonly<Record<string, Part>>,
  { runDir, names }: Components,
): Promise<HealthReport> {
  const parts: Record<string, Part> = { ...own };
  for (const name of names) parts[name] ??= () => componentHealth(statusSocket(runDir, name));
  const entries = await Promise.all(
    Object.entries(parts).map(async ([name, part]) => {
      const { ready, detail } = await within(part);
      return [name, { ready, detail }] as const;
    }),
  );
  return { ready: entries.every(([, { ready }]) => ready), parts: Object.fromEntries(entries) };
}

const upHead = [
  '# HELP linewatch_component_up Whether the component answered on its status socket.',
  '# TYPE linewatch_component_up gauge',
];

/** Our own metrics and those of every component that answers, in Prometheus's text format. */
export async function readMetrics(own: Exposition, { runDir, names }: Components): Promise<string> {
  const others = names.filter((name) => name !== own.component);
  const asked = await Promise.all(
    others.map(async (component): Promise<Exposition | undefined> => {
      try {
        const { status, text } = await askStatus(statusSocket(runDir, component), '/metrics', askMs);
        return status === 200 ? { component, text } : undefined;
      } catch {
        return undefined; // Shown as not up.
      }
    }),
  );
  const up = [own.component, ...others].map(
    (name, i) => `linewatch_component_up{component="${name}"} ${i === 0 || asked[i - 1] ? 1 : 0}`,
  );
  const parts: Exposition[] = [{ component: own.component, text: [...upHead, ...up].join('\n') }, own];
  for (const part of asked) if (part) parts.push(part);
  return mergeExpositions(parts);
}
