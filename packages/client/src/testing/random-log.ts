// Random logs for the receiver: honest messages, and everything members and servers can do to them (RECV-2 to RECV-4).
// Sealing is slow, so many logs draw from one pool of sealed messages.

import { sha256 } from '@noble/hashes/sha2.js';
import {
  LOG_ID_BYTES,
  type LogEvent,
  type Position,
  type Stub,
  decodeServerSealed,
  encodeCommand,
  encodeCommandEvent,
  encodeMessageEvent,
  encodeStubEvent,
  encodeUnsignedCommand,
  toBase64url,
  toHex,
  ttlOf,
} from '@mayfly/protocol';
import { eraseProof } from '../crypto/envelope.ts';
import { logTagOf } from '../crypto/event-hash.ts';
import { sign } from '../crypto/signature.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { CTYPE } from '../content/ctype.ts';
import { writeUnsend } from '../content/unsend.ts';
import { Author, ID, OWNER, type Sealed, reseal, spoilSignature } from './author.ts';
import { below, pick, seededRandom } from './random.ts';
import { type DrawnContent, type DrawnTarget, drawContent } from './random-talk.ts';

/** What a reader of the log gets: an event, a reset that moves it to another position (RESUME-2), or time that passes. */
export type Step =
  | EventStep
  | { readonly type: 'reset'; readonly position: Position }
  /** The time of everything with a ttl so far is over. */
  | { readonly type: 'time' };

type EventStep = {
  readonly type: 'event';
  readonly event: LogEvent;
  /** Of a message, and of a stub that proves nothing, which is as good as a message that doesn't open. */
  readonly source: Source | undefined;
  /** From the step of this index on, the server has a stub in its place. */
  erased?: { readonly by: number; readonly stub: LogEvent };
};

/** What the test knows about an event's bytes. */
export type Source = {
  /** Hex; undefined for bytes that don't open. */
  readonly mid: string | undefined;
  readonly chain: string;
  /** Two messages of one chain may claim one count. */
  readonly count: number;
  readonly signed: boolean;
  readonly envelope: Uint8Array;
  /** With which its author erases it. */
  readonly proof?: Uint8Array;
  /** The mid of what it takes back, with the right proof. */
  readonly unsends?: string;
};

export const LOG_ID = 'yMnKy8zNzs8';
/** When everything in these logs is written, and arrives. */
export const WRITTEN_AT = Date.UTC(2026, 0, 1);
/** Of those messages that have one, in seconds. */
export const TTL_S = 60;

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
  readonly commands: readonly DrawnCommand[];

  /** The first writer, who may pin. */
  readonly ownerPk: Uint8Array;

  /** `talk`: messages of every kind that are about each other, not just texts. `erasing`: some take others back, or have a ttl. */
  constructor(seed: string, { talk = false, erasing = false } = {}) {
    const random = seededRandom(`pool ${seed}`);
    const authors = WRITERS.map((name) => new Author(`${name} ${seed}`));
    const drafts = authors.flatMap((author) =>
      Array.from({ length: CHAINS_OF_WRITER }, () => newChain(author, random)),
    );
    // By number across all chains: a message can refer to one of another chain.
    const said = { targets: talk ? [] : undefined, erasable: erasing ? [] : undefined };
    for (let count = 1; count <= COUNTS; count++)
      for (const draft of drafts) sealNext(draft, count, random, said);
    this.chains = drafts.map(({ chain }) => chain);
    this.ownerPk = (authors[0] ?? new Author(seed)).key.pk;
    const envelope = new Author(`Junk ${seed}`).write('junk').envelope;
    this.commands = sealCommands(random);
    this.junk = { mid: undefined, chain: '', count: 0, signed: false, envelope: envelope.fill(0, 60, 90) };
  }
}

type DrawnCommand = { readonly c: number; readonly byOwner: boolean; readonly bytes: Uint8Array };

const COMMANDS = 5;
const OPS = [2, 5, 9, 77];

function sealCommands(random: RandomBytes): readonly DrawnCommand[] {
  const stranger = new Author('Stranger').key;
  return Array.from({ length: COMMANDS }, (_, index) => {
    const c = index + 1;
    const signed = encodeUnsignedCommand(ID, 0, c, pick(random, OPS), random(32));
    return [OWNER, stranger].map((signer) => ({
      c,
      byOwner: signer === OWNER,
      bytes: encodeCommand(signed, signer.pk, sign(signer.seed, 'cmd', signed)),
    }));
  }).flat();
}

type Forms = {
  readonly signed: Source;
  readonly resealed: Source;
  readonly unsigned: Source;
  readonly stub: Omit<Stub, 'type' | 'seq'>;
};
/** The first is what an honest writer wrote; the second claims its count. */
type Rivals = readonly [Forms, Forms];

type Draft = {
  readonly author: Author;
  readonly sess: Uint8Array;
  readonly logTag: Uint8Array;
  readonly chain: Rivals[];
  before?: readonly [Sealed, Sealed];
};

// Sealed for the log that all readers begin in, or for another.
function newChain(author: Author, random: RandomBytes): Draft {
  return { author, sess: random(4), logTag: pick(random, [logTagOf(LOG_ID), new Uint8Array(4)]), chain: [] };
}

/** What others may be about so far, and take back; it grows. */
type Said = { readonly targets: DrawnTarget[] | undefined; readonly erasable: Erasable[] | undefined };
type Erasable = { readonly mid: Uint8Array; readonly author: string; readonly proof: Uint8Array };

function sealNext(draft: Draft, count: number, random: RandomBytes, { targets, erasable }: Said): void {
  const { author, sess, logTag, chain, before } = draft;
  const numbers = { chain: toHex(author.key.pk) + toHex(sess), count };
  const statement = { logTag, seq: 1, events: 1, seen: new Uint8Array(8) };
  const seal = (content: DrawnContent, previous: Sealed | undefined) => {
    const prev = previous?.mid ?? new Uint8Array(32);
    const isTimed = erasable !== undefined && content.ctype !== CTYPE.unsend && below(random, 5) === 0;
    const ttl = isTimed ? TTL_S : 0;
    const odd = { ...content, ttl, sess, count, prev, at: WRITTEN_AT, statement };
    const sealed = author.forge(author.key, content.body, odd);
    targets?.push({ mid: sealed.mid, ctype: content.ctype, author: author.name });
    // Whoever takes an unsend back leaves those who were away with the message that it was about (UNSEND-3).
    if (content.ctype !== CTYPE.unsend)
      erasable?.push({
        mid: sealed.mid,
        author: author.name,
        proof: proofOf(author.key.seed, sealed.envelope),
      });
    return sealed;
  };
  const contentOf = (text: string): Content => {
    const target =
      erasable && below(random, 4) === 0 ? pickErasable(random, author.name, erasable) : undefined;
    if (target !== undefined) return drawUnsend(random, author.name, target);
    return targets ? drawContent(random, author.name, count, targets) : { ctype: CTYPE.text, body: text };
  };
  const contents = [contentOf(`${count}`), contentOf(`rival ${count}`)] as const;
  const honest = seal(contents[0], before?.[0]);
  const rival = seal(contents[1], before && pick(random, before));
  chain.push([formsOf(honest, numbers, author, contents[0]), formsOf(rival, numbers, author, contents[1])]);
  draft.before = [honest, rival];
}

type Content = DrawnContent & Pick<Source, 'unsends'>;

// Mostly one's own.
function pickErasable(random: RandomBytes, author: string, all: readonly Erasable[]): Erasable | undefined {
  const own = all.filter((one) => one.author === author);
  const among = own.length > 0 && below(random, 8) > 0 ? own : all;
  return among.length > 0 ? pick(random, among) : undefined;
}

function drawUnsend(random: RandomBytes, author: string, target: Erasable): Content {
  const isRight = below(random, 8) > 0;
  const proof = isRight ? target.proof : random(16);
  const body = writeUnsend({ proof, leavesLine: below(random, 3) > 0 });
  const content = { ctype: CTYPE.unsend, ref: target.mid.slice(0, 16), body };
  return isRight && target.author === author ? { ...content, unsends: toHex(target.mid) } : content;
}

function formsOf(
  { envelope, mid }: Sealed,
  numbers: Pick<Source, 'chain' | 'count'>,
  { name, key }: Author,
  content: Content,
): Forms {
  const proof = proofOf(key.seed, envelope);
  const unsends = content.unsends === undefined ? {} : { unsends: content.unsends };
  const source = { mid: toHex(mid), ...numbers, ...unsends, proof };
  return {
    signed: { ...source, signed: true, envelope },
    resealed: { ...source, signed: true, envelope: reseal(envelope) },
    unsigned: {
      ...source,
      signed: false,
      envelope: spoilSignature(envelope, content.body, name, content.ref),
    },
    stub: unsentStub(key.seed, envelope),
  };
}

/** An honest server's replacement for a message erased by its author (EVENT-2). */
export function unsentStub(seed: Uint8Array, envelope: Uint8Array): Omit<Stub, 'type' | 'seq'> {
  return leftOf(envelope, proofOf(seed, envelope));
}

function leftOf(envelope: Uint8Array, proof: Uint8Array | undefined): Omit<Stub, 'type' | 'seq'> {
  const [header, restHash] = [envelope.subarray(0, 23), sha256(envelope.subarray(23))];
  return { reason: proof === undefined ? 2 : 1, header, restHash, proof: proof ?? new Uint8Array(16) };
}

function proofOf(seed: Uint8Array, envelope: Uint8Array): Uint8Array {
  return eraseProof(seed, envelope.subarray(23, 47));
}

/**
 * The log of this seed: a dozen steps, now and then a burst of unverifiable messages. `bare`: commands and stubs too,
 * which have nothing sealed in them.
 */
export function drawLog(
  pool: MessagePool,
  seed: number,
  { bare = false, stepsMax = 16 } = {},
): readonly Step[] {
  const draw = new LogDraw(pool, seededRandom(`log ${seed}`), bare);
  const steps = 4 + below(draw.random, stepsMax - 4);
  for (let i = 0; i < steps; i++) draw.step();
  return draw.steps;
}

class LogDraw {
  readonly steps: Step[] = [];
  readonly random: RandomBytes;
  readonly #pool: MessagePool;
  readonly #bare: boolean;
  /** Per chain, how far its honest writer is. */
  readonly #written = new Map<readonly Rivals[], number>();
  #lastChain: readonly Rivals[] | undefined;
  #logId = LOG_ID;
  #seq = 0;
  #c = 0;

  constructor(pool: MessagePool, random: RandomBytes, bare: boolean) {
    this.#pool = pool;
    this.random = random;
    this.#bare = bare;
  }

  step(): void {
    if (this.#bare && below(this.random, 4) === 0) this.#stepBare();
    else this.#stepMessage();
  }

  #stepBare(): void {
    const chance = below(this.random, 10);
    if (chance < 3) this.#command();
    else if (chance < 9) this.#erase(chance < 6);
    else this.#endTimed();
  }

  #stepMessage(): void {
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

  /** An old one, a future one, a rival, sealed again or unsigned. */
  #any(): void {
    const rivals = pick(this.random, pick(this.random, this.#pool.chains));
    const forms = pick(this.random, rivals);
    this.#append(pick(this.random, [forms.signed, forms.resealed, forms.unsigned]));
  }

  #again(): void {
    const before = this.steps.flatMap((step) => (step.type === 'event' ? (step.source ?? []) : []));
    if (before.length > 0) this.#append(pick(this.random, before));
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
    this.#c = 0;
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

  /** The next in turn, one out of turn, or one signed by a stranger. */
  #command(): void {
    const { c, byOwner, bytes } = pick(this.random, this.#pool.commands);
    if (byOwner && c === this.#c + 1) this.#c = c;
    this.#log(encodeCommandEvent(this.#seq + 1, bytes, new Uint8Array()), undefined);
  }

  /** An honest writer's next message, unsent by the writer or only by the server's word. */
  #erase(proven: boolean): void {
    const chain = pick(this.random, this.#pool.chains);
    const rivals = chain[this.#written.get(chain) ?? 0];
    if (rivals === undefined) return;
    const { stub } = rivals[0];
    const proof = proven ? stub.proof : new Uint8Array(16);
    this.#log(encodeStubEvent({ ...stub, proof, seq: this.#seq + 1 }), proven ? undefined : this.#pool.junk);
    this.#advance(chain);
  }

  #append(source: Source): void {
    this.#log(encodeMessageEvent(this.#seq + 1, source.envelope), source);
    if (source.unsends !== undefined && this.#isAccepted(this.steps.length - 1)) this.#unsend(source.unsends);
  }

  /** By an honest server, because a page accepts both messages for sure. */
  #unsend(mid: string): void {
    const at = this.steps.findIndex((step) => step.type === 'event' && step.source?.mid === mid);
    const target = this.steps[at];
    if (target?.type !== 'event' || target.source === undefined || !this.#isAccepted(at)) return;
    // All of them are written at one time, so this one was over before it came.
    const isOver =
      this.steps.slice(0, at).some(({ type }) => type === 'time') && ttlOf(target.source.envelope) > 0;
    if (isOver) return;
    this.#eraseAt(target, leftOf(target.source.envelope, target.source.proof));
  }

  /** Signed, and numbered higher than everything before it in its chain. */
  #isAccepted(at: number): boolean {
    const step = this.steps[at];
    const source = step?.type === 'event' ? step.source : undefined;
    if (source === undefined || !source.signed || this.#hasStub(source.envelope, at)) return false;
    return this.steps
      .slice(0, at)
      .every(
        (other) =>
          other.type !== 'event' || other.source?.chain !== source.chain || other.source.count < source.count,
      );
  }

  #hasStub(envelope: Uint8Array, before: number): boolean {
    const header = toHex(envelope.subarray(0, 23));
    return this.steps
      .slice(0, before)
      .some(
        (step) => step.type === 'event' && step.event.type === 'stub' && toHex(step.event.header) === header,
      );
  }

  #eraseAt(step: EventStep, stub: Omit<Stub, 'type' | 'seq'>): void {
    const { seq } = step.event;
    step.erased ??= { by: this.steps.length - 1, stub: { type: 'stub', seq, ...stub } };
  }

  /** Once, because all are written at one time. */
  #endTimed(): void {
    if (this.steps.some(({ type }) => type === 'time')) return;
    this.steps.push({ type: 'time' });
    for (const step of this.steps) {
      const envelope =
        step.type === 'event' && step.event.type === 'message' ? step.source?.envelope : undefined;
      if (step.type === 'event' && envelope !== undefined && ttlOf(envelope) > 0)
        this.#eraseAt(step, leftOf(envelope, undefined));
    }
  }

  #log(frame: Uint8Array, source: Source | undefined): void {
    this.#seq += 1;
    const event = decodeServerSealed(frame);
    if (event === undefined || !('seq' in event)) throw new Error('not an event');
    this.steps.push({ type: 'event', event, source });
  }
}
