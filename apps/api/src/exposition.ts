/** One component's metrics in Prometheus's text format. */
export interface Exposition {
  readonly component: string;
  readonly text: string;
}

interface Family {
  /** HELP and TYPE lines. */
  readonly head: string[];
  readonly samples: string[];
}

const quote = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** Puts `component` in front of a sample's labels; undefined when the line is not a sample. */
function label(line: string, component: string): string | undefined {
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})?( .+)$/.exec(line);
  if (!match) return undefined;
  const [, name, , labels = '', rest] = match;
  if (/(^|,)component="/.test(labels)) return line;
  return `${name!}{component="${quote(component)}"${labels === '' ? '' : `,${labels}`}}${rest!}`;
}

/**
 * Several components' metrics as one text. Each sample gets a `component` label, each family one HELP and one TYPE line
 * with all its samples behind it, as the format demands. Lines that are neither are left out.
 */
export function mergeExpositions(parts: readonly Exposition[]): string {
  const families = new Map<string, Family>();
  for (const { component, text } of parts) {
    let family: Family | undefined;
    for (const line of text.split('\n')) {
      const head = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) /.exec(line);
      if (head) {
        const [, kind, name] = head;
        family = families.get(name!);
        if (!family) families.set(name!, (family = { head: [], samples: [] }));
        if (!family.head.some((known) => known.startsWith(`# ${kind!} `))) family.head.push(line);
      } else if (line !== '' && !line.startsWith('#')) {
        const labelled = label(line, component);
        if (labelled !== undefined) family?.samples.push(labelled);
      }
    }
  }
  return [...families.values()].flatMap(({ head, samples }) => [...head, ...samples, '']).join('\n');
}
