// A network in memory: the test is the other side of every wire.

import {
  type ClientControl,
  type ClientSealed,
  type Stage,
  type ServerControl,
  decodeClientControl,
  decodeClientSealed,
  encodeServerControl,
} from '@mayfly/protocol';
import type { Transport, WireEvents } from '../connection/transport.ts';

export class WireDouble {
  readonly #events: WireEvents;
  readonly sent: (string | Uint8Array)[] = [];
  open = true;
  bufferedBytes = 0;

  constructor(events: WireEvents) {
    this.#events = events;
  }

  say(frame: ServerControl): void {
    if (this.open) this.#events.text(encodeServerControl(frame));
  }

  sayText(text: string): void {
    if (this.open) this.#events.text(text);
  }

  give(frame: Uint8Array): void {
    if (this.open) this.#events.binary(frame);
  }

  /** From the server's side. */
  breakWith(code: number): void {
    if (!this.open) return;
    this.open = false;
    this.#events.closed(code);
  }

  get said(): readonly ClientControl[] {
    return this.sent.flatMap((frame) =>
      typeof frame === 'string' ? (decodeClientControl(frame) ?? []) : [],
    );
  }

  get sealed(): readonly (ClientSealed | Stage)[] {
    return this.sent.flatMap((frame) => (typeof frame === 'string' ? [] : (decodeClientSealed(frame) ?? [])));
  }
}

export class NetworkDouble {
  readonly wires: WireDouble[] = [];

  readonly transport: Transport = (events) => {
    const wire = new WireDouble(events);
    this.wires.push(wire);
    return {
      send: (frame) => {
        if (wire.open) wire.sent.push(frame);
      },
      close: () => {
        wire.open = false;
      },
      get bufferedBytes() {
        return wire.bufferedBytes;
      },
    };
  };

  get open(): readonly WireDouble[] {
    return this.wires.filter((wire) => wire.open);
  }

  /** The newest wire. */
  get wire(): WireDouble {
    const wire = this.wires.at(-1);
    if (wire === undefined) throw new Error('nobody has connected');
    return wire;
  }
}
