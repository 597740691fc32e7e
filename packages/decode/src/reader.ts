/**
 * The bounds-checked reader of headers and templates: big-endian, never past its end. A read that does not fit gives 0,
 * consumes all that is left and sets `short`, so a loop on `left` always ends.
 */
export class Reader {
  readonly view: DataView;
  readonly end: number;
  at: number;
  short = false;

  constructor(view: DataView, at: number, end: number) {
    this.view = view;
    this.at = at;
    this.end = Math.min(end, view.byteLength);
  }

  get left(): number {
    return this.end - this.at;
  }

  #take(octets: number): number {
    if (this.end - this.at < octets) {
      this.at = this.end;
      this.short = true;
      return -1;
    }
    const at = this.at;
    this.at += octets;
    return at;
  }

  u16(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : this.view.getUint16(at);
  }

  u32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.view.getUint32(at);
  }

  skip(octets: number): void {
    this.#take(octets);
  }
}

/** Where the zeros begin that last to `to`: behind it there is only padding. */
export function contentEnd(view: DataView, from: number, to: number): number {
  let end = to;
  while (end > from && view.getUint8(end - 1) === 0) end--;
  return end;
}
