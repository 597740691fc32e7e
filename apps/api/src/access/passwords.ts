/** Passwords: what they must be, and Argon2id over them. */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { passwordLength } from '@linewatch/contract';
import { ApiError } from '../problems.ts';

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane. Argon2id is the library's default kind. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Each takes 19 MiB and a thread of the pool: sign-ins must exhaust neither. */
const atOnce = 2;
const maxWaiting = 50;

/** What people choose most among those of 12 characters and more, and what stands on our own pages. */
const obvious = [
  'password', 'passw0rd', 'qwertyuiop', 'qwerty', 'asdfghjkl', 'zxcvbnm', 'letmein', 'welcome', 'iloveyou', 'changeme',
  'administrator', 'admin', 'linewatch', 'school', 'academy', 'secret', 'football', 'sunshine', 'princess', 'correcthorsebatterystaple',
]; // prettier-ignore

/** Why a password is refused; undefined = it is taken. `about`: what others know of the person. */
export function passwordProblem(password: string, about: readonly string[]): string | undefined {
  const { length } = Array.from(password);
  if (length < passwordLength.least) return `A password has at least ${passwordLength.least} characters.`;
  if (length > passwordLength.most) return `A password has at most ${passwordLength.most} characters.`;
  const plain = password.normalize('NFKC').toLowerCase();
  if (new Set(plain).size < 5) return 'This password repeats the same few characters.';
  const letters = plain.replaceAll(/[^\p{L}\p{N}]/gu, '');
  if (isSequence(letters)) return 'This password is a sequence that is easy to guess.';
  // What is left once the obvious is taken out must itself be hard to guess.
  let rest = letters;
  const known = [
    ...obvious,
    ...about.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 3),
  ];
  for (const word of known.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  if (rest.length < letters.length && (rest.length < 5 || /^\d*$/.test(rest)))
    return 'This password is one of the first that someone would try.';
  return undefined;
}

/** `abcdefghijkl`, `210987654321`, `qwertyuiop…`: each character follows from the one before. */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let i = 1; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
    if (Math.abs(step) <= 1 || Math.abs(step) === 9) steps++;
  }
  return text.length > 1 && steps / (text.length - 1) > 0.8;
}

export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password.normalize('NFKC'), parameters));
  }

  /** As much work whether there is such an account or not. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    const stored = passwordHash ?? (await (this.#decoy ??= this.hash(randomBytes(16).toString('hex'))));
    const right = await this.#inTurn(() => verify(stored, password.normalize('NFKC')));
    return right && passwordHash !== null;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= maxWaiting)
        throw new ApiError('busy', 'Too many people sign in at once.', { retryAfterS: 5 });
      // Whoever ends hands over its place, so the number that runs never exceeds the limit.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
