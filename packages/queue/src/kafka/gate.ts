/** Octets that may be on their way at once; who asks first is let through first. */
export class Gate {
  readonly #limit: number;
  readonly #queue: { readonly bytes: number; readonly enter: () => void }[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** More than the limit passes when nothing else is on its way. @returns what gives it back, once. */
  async take(bytes: number): Promise<() => void> {
    if (this.#queue.length > 0 || !this.#hasRoom(bytes))
      await new Promise<void>((enter) => {
        this.#queue.push({ bytes, enter });
      });
    else this.#taken += bytes;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken -= bytes;
      for (let next = this.#queue[0]; next && this.#hasRoom(next.bytes); next = this.#queue[0]) {
        this.#queue.shift();
        this.#taken += next.bytes;
        next.enter();
      }
    };
  }

  #hasRoom(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#limit;
  }
}
