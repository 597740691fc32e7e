/** Light or dark: as the device says, unless the viewer chose; the choice is remembered in this browser. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const key = 'linewatch.theme';
const choices: readonly ThemeChoice[] = ['system', 'light', 'dark'];

export class Theme {
  choice = $state<ThemeChoice>('system');
  #deviceDark = $state(false);
  readonly resolved = $derived<'light' | 'dark'>(
    this.choice === 'system' ? (this.#deviceDark ? 'dark' : 'light') : this.choice,
  );
  readonly #query = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    this.#deviceDark = this.#query.matches;
    const stored = remembered(key);
    this.choice = choices.find((choice) => choice === stored) ?? 'system';
    this.#show();
  }

  start(): () => void {
    const follow = (): void => {
      this.#deviceDark = this.#query.matches;
      this.#show();
    };
    this.#query.addEventListener('change', follow);
    return () => this.#query.removeEventListener('change', follow);
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    remember(key, choice);
    this.#show();
  }

  #show(): void {
    document.documentElement.dataset['theme'] = this.resolved;
  }
}

/** A browser may forbid storage; then nothing is remembered. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The choice holds for this page only.
  }
}
