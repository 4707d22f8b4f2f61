// A member on a real WebSocket, behind a proxy that names its address.

import { once } from 'node:events';
import {
  type Join,
  type RoomId,
  SUBPROTOCOL,
  type ServerControl,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
} from '@mayfly/protocol';
import { WebSocket } from 'ws';
import type { Reachable } from './test-server.ts';
import { Signer, envelope, makeJoin } from './signer.ts';

/** A client that keeps everything it receives, and sends what a test asks for. */
export class Talker {
  readonly ws: WebSocket;
  readonly controls: ServerControl[] = [];
  readonly messages: number[] = [];
  readonly closed: Promise<number>;
  #changed: () => void = () => {};

  constructor({ server }: Reachable, address = '203.0.113.1') {
    const headers = { 'x-forwarded-for': address };
    this.ws = new WebSocket(`ws://${server.address}:${server.port}/ws`, SUBPROTOCOL, { headers });
    this.closed = once(this.ws, 'close').then(([code]) => Number(code));
    this.ws.on('message', (bytes: Buffer, isBinary) => {
      const control = isBinary ? undefined : decodeServerControl(bytes.toString());
      const sealed = isBinary ? decodeServerSealed(bytes) : undefined;
      if (control !== undefined) this.controls.push(control);
      if (sealed?.type === 'message') this.messages.push(sealed.seq);
      this.#changed();
    });
  }

  async until(happened: () => boolean): Promise<void> {
    while (!happened()) await new Promise<void>((resolve) => void (this.#changed = resolve));
  }

  async control<T extends ServerControl['type']>(type: T): Promise<Extract<ServerControl, { type: T }>> {
    const find = () => this.controls.find((c): c is Extract<ServerControl, { type: T }> => c.type === type);
    await this.until(() => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error(`no ${type}`);
    return found;
  }

  get refusals() {
    return this.controls.filter((control) => control.type === 'refused');
  }

  async join(id: RoomId, name: string, more: Partial<Join> = {}): Promise<this> {
    const { nonce } = await this.control('challenge');
    this.ws.send(encodeClientControl(makeJoin(id, nonce, new Signer(name), more)));
    return this;
  }

  async enter(id: RoomId, name: string, more: Partial<Join> = {}): Promise<this> {
    await this.join(id, name, more);
    await this.control('welcome');
    return this;
  }

  send(from: number, to = from): void {
    for (let n = from; n <= to; n++) {
      this.ws.send(encodeClientSealed({ type: 'send', n, envelope: envelope(n) }));
    }
  }

  /** Resolves when everything sent before it has been answered. */
  async answered(): Promise<void> {
    const pongs = () => this.controls.filter(({ type }) => type === 'pong').length;
    const before = pongs();
    this.ws.send('{"type":"ping"}');
    await this.until(() => pongs() > before);
  }
}
