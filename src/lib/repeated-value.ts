/**
 * A value made of a piece of text that is often the same as last time: comparing costs less than making it anew, and
 * equal texts become one string, whose hash is known.
 */
export class RepeatedValue<T> {
  readonly #make: (piece: string) => T;
  #piece = '';
  #value: T;

  constructor(make: (piece: string) => T) {
    this.#make = make;
    this.#value = make('');
  }

  /** `make` of `[from, to)` of `text`. */
  get(text: string, from: number, to: number): T {
    const piece = text.slice(from, to);
    if (piece !== this.#piece) {
      this.#value = this.#make(piece);
      this.#piece = piece;
    }
    return this.#value;
  }
}
