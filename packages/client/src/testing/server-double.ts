// A scripted server for one room: it keeps a log and answers joins. Tests send everything else through the wire.

import { sha256 } from '@noble/hashes/sha2.js';
import {
  type Erase,
  type Join,
  type RefusedCode,
  type RoomLimits,
  type Send,
  type Welcome,
  decodeCommandWithBlob,
  encodeCommandWithBlob,
  encodeMessageEvent,
  encodeProfileFrame,
  decodeServerSealed,
  encodeCommandEvent,
  encodeStubEvent,
} from '@mayfly/protocol';
import { makeFirstCharter } from '../crypto/charter.ts';
import type { RoomWords } from '../crypto/room-words.ts';
import type { RoomLink } from '../link.ts';
import { ID, OWNER, R, SECRET, SECRETS } from './author.ts';
import { seededRandom } from './random.ts';
import type { NetworkDouble, WireDouble } from './wire-double.ts';

export const LINK: RoomLink = { id: ID, secret: SECRET };
export const LOG_ID = 'yMnKy8zNzs8';
export const LIFE_MS = 1_800_000;
const LIMITS: RoomLimits = { members: 1000, historyMessages: 500, historyBytes: 2_097_152 };

export class ServerDouble {
  readonly #network: NetworkDouble;
  /** How many messages of a wire were handled. */
  readonly #handled = new Map<WireDouble, number>();
  readonly frames: Uint8Array[] = [];
  logId = LOG_ID;
  lastN = 0;
  slot = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1);
  charter: { bytes: Uint8Array; blob: Uint8Array };

  constructor(network: NetworkDouble, ownerTab?: Uint8Array, words: RoomWords = {}) {
    this.#network = network;
    const moderators = ownerTab ? [{ idPk: ownerTab, mask: 128 }] : [];
    const made = makeFirstCharter(
      { id: ID, owner: OWNER, r: R, secrets: SECRETS, moderators, words },
      seededRandom('charter'),
    );
    // As it comes off the wire.
    const sent = decodeCommandWithBlob(encodeCommandWithBlob(made.bytes, made.blob));
    if (sent === undefined) throw new Error('not a charter');
    this.charter = sent;
    this.frames.push(encodeCommandEvent(1, sent.bytes, sent.blob));
  }

  get wire(): WireDouble {
    return this.#network.wire;
  }

  get seq(): number {
    return this.frames.length;
  }

  /** Challenges the newest wire; its join. */
  challenge(): Join {
    this.wire.say({ type: 'challenge', nonce: new Uint8Array(32).fill(5) });
    const join = this.wire.said.find((frame) => frame.type === 'join');
    if (join === undefined) throw new Error('no join came');
    return join;
  }

  /** What an honest server answers to this join; `odd` replaces parts of it. */
  welcomeFor({ position }: Pick<Join, 'position'>, odd: Partial<Welcome> = {}): Welcome {
    const resume = position?.logId === this.logId && position.seq <= this.seq;
    return {
      type: 'welcome',
      slot: this.slot,
      logId: this.logId,
      seq: this.seq,
      first: resume ? position.seq + 1 : 1,
      mode: resume ? 'resume' : 'reset',
      ...(!resume && { reason: position === undefined ? 'fresh' : 'new_log' }),
      epoch: 0,
      c: 1,
      charter: this.charter.bytes,
      blob: this.charter.blob,
      lastN: this.lastN,
      closed: false,
      slow: 0,
      history: 'all',
      count: 1,
      limits: LIMITS,
      lifeMs: LIFE_MS,
      expiresInMs: LIFE_MS - 1000,
      features: [],
      ...odd,
    };
  }

  /** Lets the newest wire in, with everything it missed. */
  letIn(odd: Partial<Welcome> = {}): Join {
    const join = this.challenge();
    const welcome = this.welcomeFor(join, odd);
    this.wire.say(welcome);
    for (const frame of this.frames.slice(welcome.first - 1)) this.wire.give(frame);
    return join;
  }

  /** Logs it and sends it to the newest wire, if that is open. */
  append(envelope: Uint8Array): void {
    this.frames.push(encodeMessageEvent(this.seq + 1, envelope));
    const frame = this.frames.at(-1);
    if (frame !== undefined) this.wire.give(frame);
  }

  /** Sends the newest wire's last profile to everyone, its author included. */
  echoProfile(): void {
    const profile = this.wire.sealed.findLast((frame) => frame.type === 'profile');
    const join = this.wire.said.find((frame) => frame.type === 'join');
    if (profile?.type !== 'profile' || join === undefined) throw new Error('no profile was published');
    this.wire.give(encodeProfileFrame(this.slot, join.idPk, profile.sealed));
  }

  /** Handles what the newest wire sent since the last call, as an honest server does. */
  logSent({ silently = false } = {}): void {
    for (const frame of this.#unhandled()) {
      if (frame.n !== this.lastN + 1) continue;
      this.lastN = frame.n;
      if (frame.erase !== undefined) this.#erase(frame.erase);
      if (silently) this.frames.push(encodeMessageEvent(this.seq + 1, frame.envelope));
      else this.append(frame.envelope);
    }
  }

  /** Refuses the first message since the last call, and so those after it. */
  refuseSent(code: RefusedCode): void {
    for (const { n } of this.#unhandled()) {
      const gap = n > this.lastN + 1;
      this.wire.say({ type: 'refused', n, code: gap ? 'gap' : code, retryAfterMs: 0 });
    }
  }

  #erase({ seq, proof }: Erase): void {
    const event = decodeServerSealed(this.frames[seq - 1] ?? new Uint8Array());
    if (event?.type !== 'message') return;
    const header = event.envelope.subarray(0, 23);
    const restHash = sha256(event.envelope.subarray(23));
    this.frames[seq - 1] = encodeStubEvent({ seq, reason: 1, header, restHash, proof });
  }

  #unhandled(): readonly Send[] {
    const { wire } = this;
    const all = wire.sealed.filter((frame) => frame.type === 'send');
    const handled = this.#handled.get(wire) ?? 0;
    this.#handled.set(wire, all.length);
    return all.slice(handled);
  }
}
