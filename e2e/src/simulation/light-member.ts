// A member below the SDK, cheap enough for many runs: an outbox, a position, real proofs, and no cipher.

import type { Transport } from '@mayfly/client';
import {
  type Position,
  type RoomId,
  comebackAfter,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  equalBytes,
  joinTranscript,
  toBase64url,
} from '@mayfly/protocol';
import type { Wire } from '../../../packages/client/src/connection/transport.ts';
import { type Signer, envelope } from '../../../packages/server/src/testing/signer.ts';
import { tap } from './wire-tap.ts';
import { Witness } from './witness.ts';

/** Signs a join's transcript, or remembers what it signed before. */
export type Proofs = {
  readonly id: (transcript: Uint8Array) => Uint8Array;
  readonly key: (transcript: Uint8Array) => Uint8Array;
};

export type LightSetup = {
  readonly name: string;
  readonly room: RoomId;
  readonly signer: Signer;
  readonly proofs: Proofs;
  /** Published until it is heard back (rule PRESENCE-5). */
  readonly profile?: Uint8Array;
  readonly transport: Transport;
  readonly now: () => number;
};

export class LightMember {
  readonly witness: Witness;
  readonly idPk: string;
  readonly #setup: LightSetup;
  readonly #transport: Transport;
  readonly #outbox: { readonly text: string; readonly envelope: Uint8Array }[] = [];
  #wire: Wire | undefined;
  #position: Position | undefined;
  #live = false;
  #n = 0;
  #profileHeard = false;
  #written = 0;

  constructor(setup: LightSetup) {
    this.#setup = setup;
    this.witness = new Witness(setup.name, setup.now);
    this.idPk = toBase64url(setup.signer.pk);
    this.#transport = tap(setup.transport, this.witness, () => this.idPk, textOf);
    this.witness.note({ saw: 'page' });
  }

  get connected(): boolean {
    return this.#wire !== undefined;
  }

  get live(): boolean {
    return this.#live;
  }

  get profileHeard(): boolean {
    return this.#profileHeard;
  }

  get unechoed(): number {
    return this.#outbox.length;
  }

  /** A new wire, whatever became of the one before. */
  connect(): void {
    this.disconnect();
    const wire = this.#transport({
      text: (frame) => this.#hearText(frame),
      binary: (frame) => this.#hearEvent(frame),
      closed: (code) => this.#closed(wire, code),
    });
    this.#wire = wire;
  }

  disconnect(): void {
    this.#wire?.close();
    this.#wire = undefined;
    this.#live = false;
  }

  /** `bucket`: of the envelope's sizes, the how manieth. */
  write(bucket = 0): void {
    this.#written += 1;
    const { text, sealed } = this.#seal(this.#written, { bucket });
    this.witness.note({ saw: 'wrote', text });
    this.#outbox.push({ text, envelope: sealed });
    if (this.#live) this.#send(this.#outbox.length - 1);
  }

  /** Sends what no server may take: a number too far, another epoch, an erasure of what is not ours. */
  trespass(kind: 'gap' | 'epoch' | 'erase'): void {
    if (!this.#live) return;
    const { text, sealed } = this.#seal(900_000 + this.#written++, { epoch: kind === 'epoch' ? 7 : 0 });
    const next = this.#n + this.#outbox.length + 1;
    const n = kind === 'gap' ? next + 5 : next;
    this.witness.note({ saw: 'trespassed', text, n });
    const erase = kind === 'erase' ? { erase: { seq: 1, proof: new Uint8Array(16) } } : {};
    this.#wire?.send(encodeClientSealed({ type: 'send', n, envelope: sealed, ...erase }));
  }

  leave(): void {
    this.#wire?.send(encodeClientControl({ type: 'leave' }));
  }

  // Text and mark are one: the name's place in the alphabet, then the number.
  #seal(
    number: number,
    like: { readonly epoch?: number; readonly bucket?: number },
  ): { readonly text: string; readonly sealed: Uint8Array } {
    const sealed = envelope(this.#setup.name.charCodeAt(0) * 1_000_000 + number, like);
    return { text: textOf(sealed), sealed };
  }

  #hearText(text: string): void {
    const control = decodeServerControl(text);
    if (control?.type === 'challenge') this.#join(control.nonce);
    if (control?.type !== 'welcome') return;
    this.#position = { logId: control.logId, seq: control.first - 1 };
    // Whatever the log took before, only echoes tell: the rest goes out again under the numbers it had.
    this.#live = true;
    const { profile: sealed } = this.#setup;
    if (sealed && !this.#profileHeard) this.#wire?.send(encodeClientSealed({ type: 'profile', sealed }));
    for (let place = 0; place < this.#outbox.length; place++) this.#send(place);
  }

  #join(nonce: Uint8Array): void {
    const { room, signer, proofs } = this.#setup;
    const transcript = joinTranscript(room, nonce, signer.pk);
    const position = this.#position;
    const proof = position
      ? { as: 'member' as const, position }
      : { as: 'key' as const, keySig: proofs.key(transcript) };
    this.#wire?.send(
      encodeClientControl({
        type: 'join',
        id: room,
        idPk: signer.pk,
        idSig: proofs.id(transcript),
        ...proof,
      }),
    );
  }

  #send(place: number): void {
    const message = this.#outbox[place];
    if (message === undefined) return;
    const n = this.#n + place + 1;
    this.#wire?.send(encodeClientSealed({ type: 'send', n, envelope: message.envelope }));
  }

  #hearEvent(frame: Uint8Array): void {
    const event = decodeServerSealed(frame);
    if (event === undefined || this.#position === undefined) return;
    if (event.type === 'profile') {
      this.#profileHeard ||= equalBytes(event.idPk, this.#setup.signer.pk);
      return;
    }
    if (event.type === 'ephemeral' || event.type === 'rotation') return;
    this.#position = { ...this.#position, seq: event.seq };
    const [oldest] = this.#outbox;
    if (event.type !== 'message' || oldest === undefined) return;
    if (!equalBytes(event.envelope, oldest.envelope)) return;
    this.#outbox.shift();
    this.#n += 1;
    this.witness.note({ saw: 'echoed', text: oldest.text });
  }

  #closed(wire: Wire, code: number): void {
    if (wire !== this.#wire) return;
    this.#wire = undefined;
    this.#live = false;
    if (comebackAfter(code) === 'never') this.#position = undefined;
  }
}

const MARK_BYTES = 4;

function textOf(sealed: Uint8Array): string {
  const mark = Buffer.from(sealed.subarray(-MARK_BYTES)).readUInt32BE();
  return `${String.fromCharCode(Math.floor(mark / 1_000_000))}:${mark % 1_000_000}`;
}
