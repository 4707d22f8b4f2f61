// The colors of people's names: eight, and the first eight people of a room all differ.

import type { Person } from '@mayfly/client';

export const HUES = 8;
/** Later people take the color of their key. */
const PEOPLE_MAX = 10_000;

export class Hues {
  readonly #hues = new Map<string, number>();
  readonly #uses: number[] = Array.from({ length: HUES }, () => 0);

  /**
   * 1 to 8, and the same for as long as the page is open. The first time, it is the color of their key if no other is less
   * used, otherwise the next one: so most people have the same color on every page.
   */
  of({ idPk, colour }: Pick<Person, 'idPk' | 'colour'>): number {
    const known = this.#hues.get(idPk);
    if (known !== undefined) return known + 1;
    const wanted = colour % HUES;
    if (this.#hues.size >= PEOPLE_MAX) return wanted + 1;
    const hue = this.#leastUsedFrom(wanted);
    this.#hues.set(idPk, hue);
    this.#uses[hue] = (this.#uses[hue] ?? 0) + 1;
    return hue + 1;
  }

  #leastUsedFrom(wanted: number): number {
    const least = Math.min(...this.#uses);
    const steps = Array.from(this.#uses, (_, step) => (wanted + step) % HUES);
    return steps.find((hue) => this.#uses[hue] === least) ?? wanted;
  }
}
