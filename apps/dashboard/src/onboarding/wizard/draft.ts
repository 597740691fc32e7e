/** What the wizard holds: kept for the browser tab, so that a reload loses nothing. */
import type {
  EstateRecord,
  InboxInterface,
  NewProvider,
  OnboardBody,
  OnboardCircuit,
  Proposal,
  Values,
} from '@linewatch/contract';
import { type Line, circuitOf, emptyLine, lineOf } from '../line.ts';

export const steps = ['school', 'lines', 'router', 'check', 'done'] as const;
export type Step = (typeof steps)[number];

/** An interface that carries a line. */
interface Place {
  readonly collector: string;
  readonly exporter: string;
  readonly index: number;
  readonly name: string;
  readonly sysName: string;
  readonly awaiting: boolean;
}

export interface WizardLine extends Line {
  readonly key: number;
  place: Place | null;
}

export interface Draft {
  readonly version: 1;
  step: Step;
  /** Id of an academy that the estate has; empty = a new one. */
  existing: string;
  name: string;
  phase: string;
  postcode: string;
  /** `template:<id>`, `proposal:<id>`, `none`; empty = not chosen. */
  template: string;
  lines: readonly WizardLine[];
  /** Once it was made: its id. */
  made: string;
}

export const emptyDraft = (): Draft => ({
  version: 1,
  step: 'school',
  existing: '',
  name: '',
  phase: '',
  postcode: '',
  template: '',
  lines: [],
  made: '',
});

/** What was kept; undefined where it is not a draft of this version. */
export function parseDraft(text: string | null): Draft | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Draft> | null;
    const texts = ['existing', 'name', 'phase', 'postcode', 'template', 'made'] as const;
    const sound =
      value?.version === 1 &&
      steps.includes(value.step as Step) &&
      Array.isArray(value.lines) &&
      texts.every((name) => typeof value[name] === 'string');
    return sound ? { ...emptyDraft(), ...value } : undefined;
  } catch {
    return undefined;
  }
}

const keyed = (lines: readonly Line[]): WizardLine[] => lines.map((line, key) => ({ ...line, key, place: null }));

export const linesOfTemplate = ({ values }: Pick<EstateRecord, 'values'>): WizardLine[] =>
  keyed(((values as Values<'template'>).circuits ?? []).map(lineOf));

/** The supplier of each line is still to be said. */
export const linesOfProposal = ({ circuits }: Pick<Proposal, 'circuits'>): WizardLine[] =>
  keyed(
    circuits.map(({ role, kind, access, committed }) => ({
      ...emptyLine(),
      role: role === 'backup' ? 'backup' : 'primary',
      kind,
      access,
      down: committed?.down ?? '',
      up: committed?.up ?? '',
    })),
  );

export const addLine = (lines: readonly WizardLine[]): WizardLine[] => [
  ...lines,
  {
    ...emptyLine(),
    role: lines.some(({ role }) => role === 'primary') ? 'backup' : 'primary',
    key: Math.max(-1, ...lines.map(({ key }) => key)) + 1,
    place: null,
  },
];

const isSame = (place: Place | null, of: Pick<InboxInterface, 'collector' | 'exporter' | 'index'>): boolean =>
  place?.index === of.index && place.exporter === of.exporter && place.collector === of.collector;

/** Puts a line on an interface, or takes it off; an interface carries one line. Download is the busier side, until someone says otherwise. */
export function placeLine(lines: readonly WizardLine[], key: number, of: InboxInterface): WizardLine[] {
  return lines.map((line) => {
    const here = isSame(line.place, of);
    if (line.key !== key) return here ? { ...line, place: null } : line;
    if (here) return { ...line, place: null };
    const { collector, exporter, index, name, sysName, awaiting } = of;
    const download = of.outBps > of.inBps ? 'out' : 'in';
    return { ...line, download, place: { collector, exporter, index, name, sysName, awaiting } };
  });
}

export const lineOn = (
  lines: readonly WizardLine[],
  of: Pick<InboxInterface, 'collector' | 'exporter' | 'index'>,
): WizardLine | undefined => lines.find(({ place }) => isSame(place, of));

function onboardCircuit(
  line: WizardLine,
  made: readonly NewProvider[],
  providers: readonly EstateRecord[],
): OnboardCircuit {
  const { place } = line;
  return {
    ...circuitOf(line, made, providers),
    ...(place && {
      exporter: place.exporter,
      collector: place.collector,
      interface: place.name === '' ? { index: place.index } : { name: place.name },
      ...(place.awaiting && { approve: true }),
    }),
  };
}

/** What is sent: `upTo` leaves out what is not asked yet. */
export function bodyOf(
  draft: Draft,
  made: readonly NewProvider[],
  providers: readonly EstateRecord[],
  upTo: Step,
  dryRun: boolean,
): OnboardBody {
  const { existing, name, phase, postcode, template, lines } = draft;
  const withLines = steps.indexOf(upTo) >= steps.indexOf('lines');
  const [source, id] = template.split(':');
  return {
    academy: {
      ...(existing !== '' && { id: existing }),
      name: name.trim(),
      ...(phase !== '' && { phase: phase as NonNullable<OnboardBody['academy']['phase']> }),
      ...(postcode.trim() !== '' && { postcode: postcode.trim().toUpperCase() }),
    },
    ...(existing !== '' && { existing: true }),
    ...(withLines && source === 'template' && id && { template: id }),
    circuits: withLines
      ? lines.map((line) => onboardCircuit(upTo === 'lines' ? { ...line, place: null } : line, made, providers))
      : [],
    ...(withLines && made.length > 0 && { providers: [...made] }),
    dryRun,
    title: `new academy ${name.trim()}`.slice(0, 200),
  };
}
