// What a run has found: figures by row and page. A page that failed has the reason in their place.

/** The pages that take turns. */
export const PAGES = ['Mayfly, WebCrypto', 'Mayfly, plain HTTP', 'plain page'] as const;
export type PageName = (typeof PAGES)[number];

/** The one that others are compared with. */
export const PLAIN: PageName = 'plain page';

export type Figure = { readonly value: number } | { readonly refused: string };

export type Row = { readonly what: string; readonly unit: string; readonly slowdown: number };

export class Figures {
  readonly #rows: { readonly row: Row; readonly figures: Map<PageName, number[]> }[] = [];
  readonly refusals = new Map<PageName, string>();

  /** One more measurement; their median counts. */
  put(page: PageName, row: Row, value: number): void {
    const known = this.#rows.find((other) => nameOf(other.row) === nameOf(row));
    const { figures } = known ?? this.#add(row);
    figures.set(page, [...(figures.get(page) ?? []), value]);
  }

  get rows(): readonly Row[] {
    return this.#rows.map(({ row }) => row);
  }

  at(page: PageName, row: Row): Figure {
    const values = this.#rows.find((other) => nameOf(other.row) === nameOf(row))?.figures.get(page);
    return values === undefined
      ? { refused: this.refusals.get(page) ?? 'not measured' }
      : { value: median(values) };
  }

  #add(row: Row) {
    const added = { row, figures: new Map<PageName, number[]>() };
    this.#rows.push(added);
    return added;
  }
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that this part of them doesn't exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

function nameOf({ what, slowdown }: Row): string {
  return `${what} ${slowdown}`;
}
