// What comes over a member's wire, into the member's log: the raw frames, before decoding.

import type { Transport, WireEvents } from '@mayfly/client';
import {
  type Presence,
  type ServerControl,
  decodeServerControl,
  decodeServerSealed,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import { type Witness, digestOf } from './witness.ts';

/** This side closed; no code is heard. */
const OWN_CLOSE = 1005;

/** `textOf` reads a message at the wire. */
export function tap(
  transport: Transport,
  witness: Witness,
  idPk: () => string,
  textOf?: (envelope: Uint8Array) => string,
): Transport {
  // A member moving to another server briefly has two wires: it is out once the one that welcomed it last is lost.
  let welcomed: object | undefined;
  return (events) => {
    let closed = false;
    const heard = new Ear(witness, idPk, { textOf, moved: welcomed !== undefined });
    const close = (code: number) => {
      if (!closed && (welcomed === undefined || welcomed === heard)) witness.note({ saw: 'closed', code });
      if (welcomed === heard) welcomed = undefined;
      closed = true;
    };
    const tapped: WireEvents = {
      text: (frame) => {
        if (!closed && heard.text(frame) === 'welcome') welcomed = heard;
        events.text(frame);
      },
      binary: (frame) => {
        if (!closed) heard.binary(frame);
        events.binary(frame);
      },
      closed: (code) => {
        close(code);
        events.closed(code);
      },
    };
    const wire = transport(tapped);
    return {
      send: (frame) => wire.send(frame),
      close: () => {
        close(OWN_CLOSE);
        wire.close();
      },
      get bufferedBytes() {
        return wire.bufferedBytes;
      },
    };
  };
}

class Ear {
  readonly #witness: Witness;
  readonly #idPk: () => string;
  readonly #textOf: ((envelope: Uint8Array) => string) | undefined;
  readonly #moved: boolean;
  readonly #bySlot = new Map<string, string>();
  #whole = true;

  constructor(
    witness: Witness,
    idPk: () => string,
    {
      textOf,
      moved,
    }: { readonly textOf: ((envelope: Uint8Array) => string) | undefined; readonly moved: boolean },
  ) {
    this.#witness = witness;
    this.#idPk = idPk;
    this.#textOf = textOf;
    this.#moved = moved;
  }

  text(frame: string): ServerControl['type'] | undefined {
    const control = decodeServerControl(frame);
    if (control !== undefined) this.#control(control);
    return control?.type;
  }

  binary(frame: Uint8Array): void {
    const event = decodeServerSealed(frame);
    if (event === undefined || event.type === 'ephemeral' || event.type === 'rotation') return;
    if (event.type === 'profile') {
      const idPk = toBase64url(event.idPk);
      return this.#witness.note({ saw: 'profile', idPk, digest: digestOf(frame) });
    }
    const text = event.type === 'message' ? this.#textOf?.(event.envelope) : undefined;
    const digest = digestOf(frame);
    this.#witness.note({ saw: 'event', seq: event.seq, digest, ...(text !== undefined && { text }) });
  }

  #control(control: ServerControl): void {
    switch (control.type) {
      case 'welcome': {
        const { logId, first, seq, mode, reason } = control;
        const moved = this.#moved;
        this.#witness.note({ saw: 'welcome', logId, first, seq, mode, reason, idPk: this.#idPk(), moved });
        return;
      }
      case 'presence':
        return this.#presence(control);
      case 'refused': {
        const { n, code, retryAfterMs } = control;
        return this.#witness.note({ saw: 'refused', n, code, retryAfterMs });
      }
      case 'ended':
        return this.#witness.note({ saw: 'ended' });
      case 'denied':
      case 'wrong_passphrase':
      case 'closed':
      case 'full':
      case 'not_admitted':
        return this.#witness.note({ saw: 'turned_back', as: control.type });
      case 'challenge':
      case 'life':
      case 'goaway':
      case 'fileOpen':
      case 'fileRefused':
      case 'fileErased':
      case 'pong':
      case 'room':
        return;
    }
  }

  #presence({ version, snapshot, joined, away, left, count }: Presence): void {
    if (snapshot) this.#bySlot.clear();
    // PRESENCE-6: a change without names means that names are no longer listed.
    if (snapshot) this.#whole = joined.length === count;
    else if (joined.length + away.length + left.length === 0) this.#whole = false;
    for (const { slot, idPk } of joined) this.#bySlot.set(toHex(slot), toBase64url(idPk));
    for (const slot of left) this.#bySlot.delete(toHex(slot));
    const here = [...this.#bySlot.values()];
    this.#witness.note({ saw: 'presence', version, snapshot, here, whole: this.#whole, count });
  }
}
