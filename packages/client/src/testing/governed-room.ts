// A room under orders as the rules say it is, written again without the code that reads logs: CMD-3, CMD-7 to CMD-13,
// RECV-1, RECV-3, RECV-6 and RECV-8.

import {
  OP_CHARTER,
  OP_DOOR,
  OP_END,
  OP_KICK,
  OP_LIFE,
  OP_SLOW,
  type TermsChange,
  type Welcome,
  toHex,
} from '@mayfly/protocol';
import type { RoomWords } from '../crypto/room-words.ts';

/** Whose key signs: the owner's own key, or that of a person. */
export type Signer = 'owner' | 'Ann' | 'Bob' | 'Cem' | 'Dan' | 'Me' | 'stranger';
export type Masks = ReadonlyMap<Signer, number>;
export type Terms = Pick<Welcome, 'closed' | 'slow' | 'lifeMs' | 'history'>;

/** A command, and everything that can be wrong with it. */
export type Order = {
  readonly signer: Signer;
  readonly op: number;
  readonly c: number;
  readonly epoch: number;
  readonly isForRoom: boolean;
  readonly isSigned: boolean;
  /** Of a KICK with an idPk. */
  readonly target?: Signer;
  /** Of a DOOR, a SLOW or a LIFE with the right arguments. */
  readonly terms?: TermsChange;
  /** Of an END. */
  readonly hasArgs?: boolean;
  readonly charter?: Charter;
};

export type Charter = { readonly newEpoch: number; readonly masks: Masks; readonly words: RoomWords };

/** A message with its writer's number; `vouchesFor` is what its `prev` names. */
export type Said = {
  readonly mid: string;
  readonly vouchesFor: string | undefined;
  readonly writer: Signer;
  readonly epoch: number;
  readonly isSigned: boolean;
  /** Undefined for what isn't shown as a message. */
  readonly text: string | undefined;
};

/** A line that a page shows; `c` of the command that it is about. */
export type Line = { readonly c: number; readonly isCharter: boolean; readonly text: string };

/** What everyone has to see alike. */
export type Sight = {
  readonly c: number;
  readonly end: string | undefined;
  readonly masks: Masks;
  readonly words: RoomWords;
  readonly terms: Terms;
  readonly lines: readonly Line[];
  /** By seq. */
  readonly shown: ReadonlyMap<number, string>;
  readonly unverified: number;
  readonly lies: readonly string[];
  /** Whose statements differ. */
  readonly others: readonly string[];
};

/** What the powers of a mask allow (CMD-8). */
const ALLOWED: readonly (readonly [mask: number, ops: readonly number[]])[] = [
  [1, [OP_DOOR, OP_SLOW]],
  [2, [OP_KICK]],
  [4, [6]],
  [8, [7, 8]],
  [128, [OP_DOOR, OP_SLOW, OP_KICK, 6, 7, 8]],
];

export class GovernedRoom {
  c = 1;
  epoch = 0;
  end: string | undefined;
  masks: Masks;
  words: RoomWords = {};
  terms: Terms;
  /** Number of the charter that changed the link; 0 before. */
  relinkedAt = 0;
  readonly lines: Line[] = [];
  readonly shown = new Map<number, string>();
  readonly lies: string[] = [];
  readonly removed = new Set<Signer>();
  readonly #counted = new Set<string>();
  readonly #accepted = new Set<string>();
  readonly #waiting = new Map<string, { readonly said: Said; readonly seq: number }>();
  #never = 0;

  constructor(masks: Masks, terms: Terms) {
    this.masks = masks;
    this.terms = terms;
  }

  get sight(): Sight {
    const { c, end, masks, words, terms, lines, shown, lies } = this;
    const unverified = this.#never + this.#waiting.size;
    return { c, end, masks, words, terms, lines, shown, unverified, lies, others: [] };
  }

  /** Whether its signer has the power, whatever else is wrong. */
  allows({ signer, op, target }: Pick<Order, 'signer' | 'op' | 'target'>): boolean {
    if (signer === 'owner') return true;
    const mask = this.masks.get(signer) ?? 0;
    const isListed = target !== undefined && (this.masks.get(target) ?? 0) > 0;
    if (op === OP_KICK && isListed && (mask & 128) === 0) return false;
    return ALLOWED.some(([power, ops]) => (mask & power) !== 0 && ops.includes(op));
  }

  /** The next event is a command. */
  order(order: Order, bytes: Uint8Array, seq: number): void {
    if (this.end !== undefined) return;
    if (!this.#counts(order)) {
      if (!this.#counted.has(toHex(bytes)) && this.lies.length === 0) this.lies.push('false_command');
      return;
    }
    this.c = order.c;
    this.#counted.add(toHex(bytes));
    this.#obey(order, seq);
  }

  /** The next event is a message. */
  say(said: Said, seq: number): void {
    if (this.end !== undefined) return;
    if (said.epoch !== this.epoch || this.removed.has(said.writer)) this.#never += 1;
    else if (this.#accepted.has(said.mid)) return;
    else if (said.isSigned) this.#accept(said, seq);
    else this.#waiting.set(said.mid, { said, seq });
  }

  #counts(order: Order): boolean {
    const isInTurn = order.c === this.c + 1 && (order.op === OP_CHARTER || order.epoch === this.epoch);
    return order.isForRoom && order.isSigned && isInTurn && this.allows(order);
  }

  #obey(order: Order, seq: number): void {
    const { signer, op, target, terms, charter, hasArgs = false } = order;
    if (op === OP_KICK && target !== undefined) this.#kick(signer, target, seq);
    if (terms !== undefined) this.#setTerms(signer, terms, seq);
    if (charter !== undefined) this.#amend(charter, seq);
    if (op === OP_END && !hasArgs) this.end = 'ended by the owner';
  }

  #kick(signer: Signer, target: Signer, seq: number): void {
    if (signer === target || ((this.masks.get(target) ?? 0) & 128) !== 0) return;
    this.removed.add(target);
    if (target === 'Me') this.end = `removed by ${signer}`;
    else this.#line(`${seq} ${signer} removed ${target}`);
  }

  #setTerms(signer: Signer, terms: TermsChange, seq: number): void {
    this.terms = { ...this.terms, ...terms };
    this.#line(`${seq} ${signer} ${JSON.stringify(terms)}`);
  }

  #amend({ newEpoch, masks, words }: Charter, seq: number): void {
    if (newEpoch > this.epoch) {
      this.relinkedAt = this.c;
      this.#line(`${seq} relinked`);
    }
    this.#line(`${seq} ${describeCharter(this.words, this.masks)} to ${describeCharter(words, masks)}`, true);
    this.masks = masks;
    this.words = words;
    this.epoch = newEpoch;
  }

  #line(text: string, isCharter = false): void {
    this.lines.push({ c: this.c, isCharter, text });
  }

  // RECV-3: with it, the unbroken run before it.
  #accept(said: Said, seq: number): void {
    this.#accepted.add(said.mid);
    if (said.text !== undefined) this.shown.set(seq, `${said.writer}: ${said.text}`);
    const before = said.vouchesFor === undefined ? undefined : this.#waiting.get(said.vouchesFor);
    if (before === undefined) return;
    this.#waiting.delete(before.said.mid);
    this.#accept(before.said, before.seq);
  }
}

/** Name, topic and masks in one line. */
export function describeCharter({ name, topic }: RoomWords, masks: Masks): string {
  const powers = [...masks].map(([person, mask]) => `${person} ${mask}`).toSorted();
  return `"${name ?? ''}" "${topic ?? ''}" ${powers.join(' ')}`;
}

/** Terms that each command for them can set. */
export const TERMS: Readonly<Record<number, readonly TermsChange[]>> = {
  [OP_DOOR]: [{ closed: true }, { closed: false }],
  [OP_SLOW]: [{ slow: 0 }, { slow: 7 }, { slow: 3_600 }],
  [OP_LIFE]: [
    { lifeMs: 3_000, history: 'none' },
    { lifeMs: 604_800_000, history: 'all' },
  ],
};
