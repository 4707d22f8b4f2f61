// WebDriver BiDi on a WebSocket: commands with an answer each, and events.

import { once } from 'node:events';
import { type JsonObject, isJsonObject, parseJsonObject } from '@mayfly/protocol';
import { WebSocket } from 'ws';

type Listener = { readonly event: string; readonly hear: (params: JsonObject) => void };

export class BidiWire {
  readonly #socket: WebSocket;
  readonly #asked = new Map<unknown, (answer: JsonObject) => void>();
  readonly #listeners: Listener[] = [];
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text: Buffer) => this.#hear(parseJsonObject(text.toString()) ?? {}));
  }

  static async to(address: string): Promise<BidiWire> {
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new BidiWire(socket);
  }

  ask(method: string, params: JsonObject): Promise<JsonObject> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, ({ result, error, message }) => {
        if (isJsonObject(result)) resolve(result);
        else reject(new Error(`${method}: ${String(error)}: ${String(message)}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  on(event: string, hear: (params: JsonObject) => void): void {
    this.#listeners.push({ event, hear });
  }

  close(): void {
    this.#socket.terminate();
  }

  #hear(message: JsonObject): void {
    const { id, method, params } = message;
    this.#asked.get(id)?.(message);
    this.#asked.delete(id);
    if (!isJsonObject(params)) return;
    for (const { event, hear } of this.#listeners) if (event === method) hear(params);
  }
}
