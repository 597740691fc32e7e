/** Options of the benches: `--name value`, checked, with defaults. */

export type Defaults = Readonly<Record<string, number | string | boolean>>;

/** @throws RangeError that names the option and what is known. */
export function readOptions<T extends Defaults>(
  args: readonly string[],
  defaults: T,
): { [K in keyof T]: T[K] extends number ? number : T[K] extends boolean ? boolean : string } {
  const out: Record<string, number | string | boolean> = { ...defaults };
  for (let i = 0; i < args.length; i++) {
    const name = args[i]!.replace(/^--/, '');
    const known = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (known === undefined || !args[i]!.startsWith('--'))
      throw new RangeError(
        `unknown option ${args[i]!}; known: ${
          Object.keys(defaults)
            .map((key) => `--${key}`)
            .join(' ') || 'none'
        }`,
      );
    if (typeof known === 'boolean') {
      out[name] = true;
      continue;
    }
    const value = args[++i];
    if (value === undefined) throw new RangeError(`--${name} needs a value`);
    if (typeof known === 'string') out[name] = value;
    else if (Number.isFinite(Number(value)) && Number(value) >= 0) out[name] = Number(value);
    else throw new RangeError(`--${name} must be a number of 0 or more, not "${value}"`);
  }
  return out as never;
}
