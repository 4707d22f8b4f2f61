// Random logs of a room under orders: right ones, wrong ones, and what people write meanwhile, with what the rules make
// of it.

import {
  type LogEvent,
  OP_CHARTER,
  OP_DOOR,
  OP_END,
  OP_KICK,
  OP_LIFE,
  OP_SLOW,
  decodeCommandWithBlob,
  decodeServerSealed,
  encodeCommandEvent,
  encodeCommandWithBlob,
  encodeMessageEvent,
  encodeSliceFrame,
  encodeTerms,
  toHex,
} from '@mayfly/protocol';
import { CTYPE } from '../content/ctype.ts';
import { NOTICE } from '../content/notice.ts';
import { type CharterBytes, amendCharter } from '../crypto/amendment.ts';
import { makeFirstCharter } from '../crypto/charter.ts';
import { makeCommand } from '../crypto/command.ts';
import type { Statement } from '../crypto/event-hash.ts';
import { type EpochKeys, epochKeys, roomSecrets } from '../crypto/keys.ts';
import { makeNextCharter } from '../crypto/next-charter.ts';
import { linkSecret } from '../crypto/owner.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { RoomWords } from '../crypto/room-words.ts';
import { type SigningKey, signingKey } from '../crypto/signature.ts';
import { sealSlice } from '../crypto/slice.ts';
import { type Identity, newIdentity } from '../people/identity.ts';
import { Author, ID, KEYS, OWNER, R, SECRETS, roomId, spoilSignature } from './author.ts';
import {
  type Charter,
  GovernedRoom,
  type Masks,
  type Order,
  type Signer,
  TERMS,
  type Terms,
} from './governed-room.ts';
import { below, pick, seededRandom } from './random.ts';
import { WRITTEN_AT } from './random-log.ts';

const WRITERS = ['Ann', 'Bob', 'Cem', 'Dan'] as const;
const SIGNERS: readonly Signer[] = ['owner', 'owner', 'owner', 'Ann', 'Bob', 'Bob', 'Cem', 'Cem', 'Dan'];
const TARGETS: readonly Signer[] = ['Ann', 'Bob', 'Cem', 'Dan', 'Cem', 'Dan', 'Dan', 'owner', 'stranger'];
const MASKS = [0, 1, 2, 3, 4, 8, 15, 16, 64, 128, 129];
const OPS = [OP_DOOR, OP_SLOW, OP_LIFE, OP_KICK, OP_KICK, OP_KICK, OP_CHARTER, OP_CHARTER, 6, 7, 8, 77];
const WORDS: readonly RoomWords[] = [{}, { name: 'Tea' }, { name: 'Tea', topic: 'green' }];
const OTHER_ROOM = roomId('other1');
const FIRST_TERMS: Terms = { closed: false, slow: 0, lifeMs: 1_800_000, history: 'all' };

/** The person who reads: no one writes under this name. */
export const ME: Identity = newIdentity(seededRandom('me, who reads'), 'Me');
const STRANGER = signingKey(seededRandom('a stranger')(32));

const NEXT_R = seededRandom('the next r')(32);
const NEXT_SECRET = linkSecret(OWNER.pk, NEXT_R);
const NEXT_SECRETS = roomSecrets(NEXT_SECRET);
const NEXT_KEYS = epochKeys(NEXT_SECRETS.root, ID, 1);

/** What an honest server says of the room when its log has so many events. */
type Word = Terms & {
  readonly c: number;
  readonly epoch: number;
  readonly charter: CharterBytes;
};

export type GovernedLog = {
  readonly events: readonly LogEvent[];
  /** By the number of events. */
  readonly words: readonly Word[];
  /** As the rules say. */
  readonly room: GovernedRoom;
  /** The server did nothing wrong. */
  readonly isHonest: boolean;
  readonly nameOf: (idPk: Uint8Array) => Signer;
};

/** The secret in the link while this epoch is in force. */
export function secretOf(epoch: number): string {
  return epoch === 0 ? SECRETS.secret : NEXT_SECRET;
}

/** With the reader's slice for epoch 1. */
export const SLICE_FRAME: Uint8Array = encodeSliceFrame(
  1,
  sealSlice(KEYS, { ownerPk: OWNER.pk, idPk: ME.pk, xPk: ME.xPk }, NEXT_SECRETS, seededRandom('slice')),
);

/** A page that reads what is drawn as it is drawn: honest people state what it sees. */
export type Witness = { take(log: GovernedLog): void; statement(): Statement | undefined };

/** The log of this seed. */
export function drawGovernedLog(seed: number, witness: Witness): GovernedLog {
  const draw = new GovernedDraw(seed, witness);
  const steps = 5 + below(draw.random, 20);
  for (let i = 0; i < steps; i++) draw.step();
  return draw;
}

class GovernedDraw implements GovernedLog {
  readonly random: RandomBytes;
  readonly isHonest: boolean;
  /** The server shows what people made up, not just what is old. */
  readonly #tellsLies: boolean;
  readonly room: GovernedRoom;
  readonly events: LogEvent[] = [];
  readonly words: Word[] = [];
  readonly #witness: Witness;
  readonly #authors: ReadonlyMap<Signer, Author>;
  /** Of each writer's last message, its mid. */
  readonly #last = new Map<Signer, string>();
  readonly #mids: Uint8Array[] = [];
  readonly #commands: { readonly order: Order; readonly bytes: Uint8Array; readonly blob: Uint8Array }[] = [];
  readonly #messages: (() => void)[] = [];
  /** With the arguments and the blob of the first one. */
  #charter: CharterBytes;
  /** What has been stated lately, the newest last. */
  #statements: Statement[] = [];

  constructor(seed: number, witness: Witness) {
    this.random = seededRandom(`governed ${seed}`);
    const mood = below(this.random, 3);
    this.isHonest = mood === 0;
    this.#tellsLies = mood === 1;
    this.#witness = witness;
    this.#authors = new Map(WRITERS.map((name) => [name, new Author(`${name} ${seed}`)]));
    const masks = this.#drawMasks();
    this.room = new GovernedRoom(masks, FIRST_TERMS);
    const moderators = this.#moderatorsOf(masks);
    const first = { id: ID, owner: OWNER, r: R, secrets: SECRETS, moderators };
    this.#charter = makeFirstCharter(first, this.random);
    this.words.push(this.#word());
    this.#log(encodeCommandEvent(1, this.#charter.bytes, this.#charter.blob));
  }

  readonly nameOf = (idPk: Uint8Array): Signer => {
    const all: readonly Signer[] = [...WRITERS, 'owner', 'Me'];
    return all.find((name) => toHex(this.#keyOf(name).pk) === toHex(idPk)) ?? 'stranger';
  };

  step(): void {
    if (this.isHonest && this.room.end !== undefined) return;
    const chance = below(this.random, 100);
    if (chance < 55) this.#message();
    else if (chance < 80 || this.isHonest) this.#right();
    else this.#wrong();
  }

  #message(): void {
    const writer = pick(this.random, WRITERS);
    if (this.isHonest && this.room.removed.has(writer)) return;
    const author = this.#author(writer);
    const chance = below(this.random, 100);
    if (chance < 8) this.#last.set(writer, toHex(author.lose().mid));
    else if (chance < 16 && !this.isHonest) this.#again();
    else if (chance < 26 && !this.isHonest) this.#write(writer, author, 1 - this.room.epoch);
    else if (chance < 36 && this.#mids.length > 0) this.#pin(writer, author);
    else this.#write(writer, author, this.room.epoch, chance > 80);
  }

  #write(writer: Signer, author: Author, epoch: number, isSpoiled = false): void {
    const text = `${this.events.length}`;
    const keys = keysOf(epoch);
    const odd = { at: WRITTEN_AT, ...this.#stated() };
    const isStale = epoch !== this.room.epoch;
    const { envelope, mid } = isStale
      ? author.forge(author.key, text, odd, keys)
      : author.write(text, odd, keys);
    const spoilt = isSpoiled ? spoilSignature(envelope, text, author.name, undefined, keys) : envelope;
    const before = this.#last.get(writer);
    if (!isStale) this.#last.set(writer, toHex(mid));
    const said = { mid: toHex(mid), vouchesFor: before, writer, epoch, isSigned: !isSpoiled, text };
    this.#append(spoilt, said);
    if (!isSpoiled && !isStale) {
      this.#mids.push(mid);
      this.#messages.push(() => this.#append(envelope, said));
    }
  }

  #pin(writer: Signer, author: Author): void {
    const ref = pick(this.random, this.#mids).slice(0, 16);
    const body = pick(this.random, [NOTICE.pinned, NOTICE.pinned, NOTICE.unpinned]);
    const { epoch } = this.room;
    const odd = { ctype: CTYPE.notice, ref, at: WRITTEN_AT, ...this.#stated() };
    const { envelope, mid } = author.write(body, odd, keysOf(epoch));
    const before = this.#last.get(writer);
    this.#last.set(writer, toHex(mid));
    this.#append(envelope, {
      mid: toHex(mid),
      vouchesFor: before,
      writer,
      epoch,
      isSigned: true,
      text: undefined,
    });
  }

  #again(): void {
    if (this.#messages.length > 0) pick(this.random, this.#messages)();
  }

  #append(envelope: Uint8Array, said: Parameters<GovernedRoom['say']>[0]): void {
    this.room.say(said, this.events.length + 1);
    this.#log(encodeMessageEvent(this.events.length + 1, envelope));
  }

  // Mostly of the newest event, sometimes of one a little before.
  #stated(): { readonly statement?: Statement } {
    const statement = this.#statements.length > 0 ? pick(this.random, this.#statements) : undefined;
    return statement === undefined ? {} : { statement };
  }

  /** One that counts. */
  #right(): void {
    if (this.room.c > 1 && below(this.random, 12) === 0) return this.#end();
    if (this.room.epoch === 0 && below(this.random, 8) === 0) return this.#relink();
    const order = this.#drawUntil((one) => this.room.allows(one) && (!this.isHonest || this.#isTaken(one)));
    if (order !== undefined) this.#give(order);
  }

  /** By an honest server, which takes no KICK that removes no one (COMMAND-2). */
  #isTaken({ op, signer, target }: Order): boolean {
    if (op !== OP_KICK) return true;
    return target !== undefined && target !== signer && ((this.room.masks.get(target) ?? 0) & 128) === 0;
  }

  #relink(): void {
    const charter = { ...this.#drawCharter(), newEpoch: 1 };
    const order = { ...this.#common(), signer: 'owner', op: OP_CHARTER, charter } as const;
    const { bytes, blob } = this.#makeNext(order.c, charter);
    this.#logOrder(order, bytes, blob);
  }

  #common() {
    const { c, epoch } = this.room;
    return { c: c + 1, epoch, isForRoom: true, isSigned: true };
  }

  #end(): void {
    const hasArgs = below(this.random, 4) === 0;
    const isForMe = below(this.random, 3) === 0;
    const common = { ...this.#common(), signer: 'owner' } as const;
    this.#give(isForMe ? { ...common, op: OP_KICK, target: 'Me' } : { ...common, op: OP_END, hasArgs });
  }

  /** One that has no effect, or the repeat of another. */
  #wrong(): void {
    const chance = below(this.random, 7);
    const { c, epoch } = this.room;
    if (chance === 0 || !this.#tellsLies) return this.#repeat();
    const isPowerless = chance === 1;
    const order = this.#drawUntil((one) => this.room.allows(one) !== isPowerless);
    if (order === undefined) return;
    if (isPowerless) return this.#give(order);
    if (chance === 2) return this.#give({ ...order, isSigned: false });
    if (chance === 3) return this.#give({ ...order, isForRoom: false });
    if (chance === 4 && order.op !== OP_CHARTER) return this.#give({ ...order, epoch: 1 - epoch });
    this.#give({ ...order, c: pick(this.random, [1, c, c + 2, 2 ** 32 - 1]) });
  }

  #repeat(): void {
    if (this.#commands.length === 0) return;
    const { order, bytes, blob } = pick(this.random, this.#commands);
    this.#logOrder(order, bytes, blob);
  }

  #drawUntil(fits: (order: Order) => boolean): Order | undefined {
    for (let tries = 0; tries < 20; tries++) {
      const order = this.#draw();
      if (fits(order)) return order;
    }
    return undefined;
  }

  #draw(): Order {
    const signer = below(this.random, 12) === 0 ? 'stranger' : pick(this.random, SIGNERS);
    const op = pick(this.random, OPS);
    const common = { ...this.#common(), signer, op };
    if (op === OP_CHARTER) return { ...common, charter: this.#drawCharter() };
    if (below(this.random, 8) === 0) return common;
    const terms = TERMS[op];
    if (terms !== undefined) return { ...common, terms: pick(this.random, terms) };
    return op === OP_KICK ? { ...common, target: pick(this.random, TARGETS) } : common;
  }

  #drawCharter(): Charter {
    return { newEpoch: this.room.epoch, masks: this.#drawMasks(), words: pick(this.random, WORDS) };
  }

  #drawMasks(): Masks {
    const masks = new Map<Signer, number>();
    if (below(this.random, 6) > 0) masks.set('Ann', 128);
    for (const name of ['Bob', 'Cem'] as const)
      if (below(this.random, 3) > 0) masks.set(name, pick(this.random, MASKS));
    return masks;
  }

  #give(order: Order): void {
    const { bytes, blob } = this.#make(order);
    this.#logOrder(order, bytes, blob);
  }

  #make(order: Order): CharterBytes {
    const { signer, op, c, epoch, isForRoom, isSigned } = order;
    const { args, blob } = this.#argsOf(order);
    const id = isForRoom ? ID : OTHER_ROOM;
    const bytes = makeCommand({ id, epoch, c, op, args }, this.#keyOf(signer));
    const last = bytes.length - 1;
    if (!isSigned) bytes[last] = (bytes[last] ?? 0) ^ 1;
    return { bytes, blob };
  }

  #argsOf({ op, target, terms, charter, hasArgs }: Order): {
    readonly args: Uint8Array;
    readonly blob: Uint8Array;
  } {
    if (charter !== undefined) return this.#amended(charter);
    if (terms !== undefined) return { args: encodeTerms(terms).args, blob: NOTHING };
    if (target !== undefined) return { args: this.#keyOf(target).pk, blob: NOTHING };
    const isOdd = op !== OP_END || hasArgs === true;
    return { args: isOdd ? Uint8Array.of(9, 9, 9) : NOTHING, blob: NOTHING };
  }

  #amended({ masks, words }: Charter) {
    const to = () => ({ words, moderators: this.#moderatorsOf(masks) });
    const amended = amendCharter(this.#charter, keysOf(this.room.epoch), to, this.random);
    if (amended === undefined) throw new Error('the charter in force can be amended');
    return amended;
  }

  #makeNext(c: number, { masks, words }: Charter): CharterBytes {
    const roots = [{ epoch: 0, root: SECRETS.root }];
    const moderators = this.#moderatorsOf(masks);
    const of = { id: ID, owner: OWNER, r: NEXT_R, secrets: NEXT_SECRETS, moderators, words };
    return makeNextCharter({ ...of, newEpoch: 1, c, roots, fresh: false }, this.random);
  }

  #logOrder(order: Order, bytes: Uint8Array, blob: Uint8Array): void {
    const { c, epoch } = this.room;
    this.room.order(order, bytes, this.events.length + 1);
    const isRight = this.room.c > c;
    const sent = decodeCommandWithBlob(encodeCommandWithBlob(bytes, blob));
    if (isRight) this.#commands.push({ order, bytes, blob });
    if (isRight && order.charter !== undefined && sent !== undefined) this.#charter = sent;
    if (this.room.epoch > epoch) this.#beginChains();
    this.#log(encodeCommandEvent(this.events.length + 1, bytes, blob));
  }

  // SLICE-3.
  #beginChains(): void {
    this.#last.clear();
    for (const author of this.#authors.values()) author.restart();
  }

  #log(frame: Uint8Array): void {
    const event = decodeServerSealed(frame);
    if (event === undefined || !('seq' in event)) throw new Error('not an event');
    this.events.push(event);
    this.words.push(this.#word());
    this.#witness.take(this);
    const statement = this.#witness.statement();
    if (statement !== undefined) this.#statements = [...this.#statements.slice(-2), statement];
  }

  #word(): Word {
    const { c, epoch, terms } = this.room;
    return { c, epoch, charter: this.#charter, ...terms };
  }

  #author(writer: Signer): Author {
    const author = this.#authors.get(writer);
    if (author === undefined) throw new Error('no one who writes');
    return author;
  }

  #keyOf(signer: Signer): SigningKey {
    if (signer === 'owner') return OWNER;
    if (signer === 'Me') return ME;
    return signer === 'stranger' ? STRANGER : this.#author(signer).key;
  }

  #moderatorsOf(masks: Masks) {
    return [...masks].map(([name, mask]) => ({ idPk: this.#keyOf(name).pk, mask }));
  }
}

function keysOf(epoch: number): EpochKeys {
  return epoch === 0 ? KEYS : NEXT_KEYS;
}

const NOTHING = new Uint8Array(0);
