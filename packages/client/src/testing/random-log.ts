// Random logs for the receiver: honest messages, and everything members and servers can do to them (RECV-2 to RECV-4).
// Sealing is slow, so many logs draw from one pool of sealed messages.

import {
  LOG_ID_BYTES,
  type LogEvent,
  type Position,
  decodeServerSealed,
  encodeMessageEvent,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import { fraction } from '../fraction.ts';
import { logTagOf } from '../crypto/event-hash.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { Author, type Sealed, reseal, spoilSignature } from './author.ts';
import { seededRandom } from './random.ts';

/** What a reader of the log gets: an event, or a reset that moves it to another position (RESUME-2). */
export type Step =
  | { readonly type: 'event'; readonly event: LogEvent; readonly source: Source }
  | { readonly type: 'reset'; readonly position: Position };

/** What the test knows about an event's bytes. */
export type Source = {
  /** Hex; undefined for bytes that don't open. */
  readonly mid: string | undefined;
  readonly chain: string;
  /** Two messages of one chain may claim one count. */
  readonly count: number;
  readonly signed: boolean;
  readonly envelope: Uint8Array;
};

export const LOG_ID = 'yMnKy8zNzs8';
/** When everything in these logs is written, and arrives. */
export const WRITTEN_AT = Date.UTC(2026, 0, 1);

const WRITERS = ['Ann', 'Bob', 'Carl'];
const CHAINS_OF_WRITER = 2;
const COUNTS = 7;
/** Distances around the limit of RECV-3. */
const JUMPS = [2, 60, 255, 256, 257, 500, 511, 512, 513, 600];
const BURST = 70;

/** Sealed messages to draw logs from: of each chain, two rival messages under every count. */
export class MessagePool {
  readonly chains: readonly (readonly Rivals[])[];
  readonly junk: Source;

  constructor(seed: string) {
    const random = seededRandom(`pool ${seed}`);
    this.chains = WRITERS.flatMap((name) => {
      const author = new Author(`${name} ${seed}`);
      return Array.from({ length: CHAINS_OF_WRITER }, () => sealChain(author, random));
    });
    const envelope = new Author(`Junk ${seed}`).write('junk').envelope;
    this.junk = { mid: undefined, chain: '', count: 0, signed: false, envelope: envelope.fill(0, 60, 90) };
  }
}

type Forms = { readonly signed: Source; readonly resealed: Source; readonly unsigned: Source };
/** The first is what an honest writer wrote; the second claims its count. */
type Rivals = readonly [Forms, Forms];

function sealChain(author: Author, random: RandomBytes): readonly Rivals[] {
  const sess = random(4);
  // Sealed for the log that all readers begin in, or for another.
  const logTag = pick(random, [logTagOf(LOG_ID), new Uint8Array(4)]);
  const statement = { logTag, seq: 1, events: 1, seen: new Uint8Array(8) };
  const chain: Rivals[] = [];
  let before: readonly [Sealed, Sealed] | undefined;
  for (let count = 1; count <= COUNTS; count++) {
    const place = { chain: toHex(author.key.pk) + toHex(sess), count };
    const seal = (body: string, previous: Sealed | undefined) =>
      author.forge(author.key, body, {
        sess,
        count,
        prev: previous?.mid ?? new Uint8Array(32),
        at: WRITTEN_AT,
        statement,
      });
    const honest = seal(`${count}`, before?.[0]);
    const rival = seal(`rival ${count}`, before && pick(random, before));
    chain.push([
      formsOf(honest, place, author.name, `${count}`),
      formsOf(rival, place, author.name, `rival ${count}`),
    ]);
    before = [honest, rival];
  }
  return chain;
}

function formsOf(
  { envelope, mid }: Sealed,
  place: Pick<Source, 'chain' | 'count'>,
  name: string,
  body: string,
): Forms {
  const source = { mid: toHex(mid), ...place };
  return {
    signed: { ...source, signed: true, envelope },
    resealed: { ...source, signed: true, envelope: reseal(envelope) },
    unsigned: { ...source, signed: false, envelope: spoilSignature(envelope, body, name) },
  };
}

/** The log of this seed: a dozen steps, now and then a burst of unverifiable messages. */
export function drawLog(pool: MessagePool, seed: number): readonly Step[] {
  const draw = new LogDraw(pool, seededRandom(`log ${seed}`));
  const steps = 4 + below(draw.random, 12);
  for (let i = 0; i < steps; i++) draw.step();
  return draw.steps;
}

class LogDraw {
  readonly steps: Step[] = [];
  readonly random: RandomBytes;
  readonly #pool: MessagePool;
  /** Per chain, how far its honest writer is. */
  readonly #written = new Map<readonly Rivals[], number>();
  #lastChain: readonly Rivals[] | undefined;
  #logId = LOG_ID;
  #seq = 0;

  constructor(pool: MessagePool, random: RandomBytes) {
    this.#pool = pool;
    this.random = random;
  }

  step(): void {
    const chance = below(this.random, 100);
    if (chance < 34) this.#next('signed');
    else if (chance < 50) this.#next('unsigned');
    else if (chance < 70) this.#any();
    else if (chance < 80) this.#again();
    else if (chance < 84) this.#lose();
    else if (chance < 87) this.#append(this.#pool.junk);
    else if (chance < 95) this.#seq += pick(this.random, JUMPS);
    else if (chance < 99) this.#reset();
    else this.#burst();
  }

  /** What an honest writer writes next, whatever became of the signature. */
  #next(form: 'signed' | 'unsigned'): void {
    const goesOn = below(this.random, 2) === 0;
    const chain = (goesOn ? this.#lastChain : undefined) ?? pick(this.random, this.#pool.chains);
    const rivals = chain[this.#written.get(chain) ?? 0];
    this.#lastChain = rivals && chain;
    if (rivals === undefined) return;
    this.#append(rivals[0][form]);
    this.#advance(chain);
  }

  /** An old one, a future one, a rival, sealed anew or unsigned. */
  #any(): void {
    const rivals = pick(this.random, pick(this.random, this.#pool.chains));
    const forms = pick(this.random, rivals);
    this.#append(pick(this.random, [forms.signed, forms.resealed, forms.unsigned]));
  }

  #again(): void {
    const before = this.steps.filter((step) => step.type === 'event');
    if (before.length > 0) this.#append(pick(this.random, before).source);
  }

  #lose(): void {
    this.#advance(pick(this.random, this.#pool.chains));
  }

  #advance(chain: readonly Rivals[]): void {
    this.#written.set(chain, (this.#written.get(chain) ?? 0) + 1);
  }

  #reset(): void {
    const chance = below(this.random, 3);
    if (chance === 0) this.#logId = toBase64url(this.random(LOG_ID_BYTES));
    const back = Math.max(0, this.#seq - below(this.random, 8));
    this.#seq = chance === 0 ? 0 : chance === 1 ? back : this.#seq + pick(this.random, JUMPS);
    this.steps.push({ type: 'reset', position: { logId: this.#logId, seq: this.#seq } });
  }

  /** One honest message without a signature, more forgeries than any queue should hold, and its successor. */
  #burst(): void {
    const chain = pick(this.random, this.#pool.chains);
    const at = this.#written.get(chain) ?? 0;
    const [first, second] = [chain[at]?.[0], chain[at + 1]?.[0]];
    if (first === undefined || second === undefined) return;
    this.#append(first.unsigned);
    const forged = pick(this.random, pick(this.random, this.#pool.chains))[1].unsigned;
    for (let i = 0; i < BURST; i++) this.#append(forged);
    this.#append(second.signed);
    this.#written.set(chain, at + 2);
  }

  #append(source: Source): void {
    this.#seq += 1;
    const event = decodeServerSealed(encodeMessageEvent(this.#seq, source.envelope));
    if (event?.type === 'message') this.steps.push({ type: 'event', event, source });
  }
}

export function below(random: RandomBytes, limit: number): number {
  return Math.floor(fraction(random) * limit);
}

export function pick<T>(random: RandomBytes, all: readonly T[]): T {
  const picked = all[below(random, all.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}
