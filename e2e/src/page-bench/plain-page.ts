// The page that others are compared with: it appends what comes by a WebSocket, with nothing sealed, signed or kept.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

/** What stands on the button that joins, here as in a room. */
export const JOIN = 'Join Chat Room';

const PAGE = `<!doctype html>
<html lang="en">
<title>Plain page</title>
<style>
body { margin: 0; height: 100vh; display: flex; flex-direction: column; font: 16px system-ui }
[role=log] { flex: 1; overflow: auto }
li { margin: 8px; list-style: none }
.bubble { display: inline-block; padding: 8px; border-radius: 12px; background: #eee }
</style>
<button>${JOIN}</button>
<div role="log"><ol></ol></div>
<textarea aria-label="Message"></textarea>
<script>
const list = document.querySelector('ol');
const log = document.querySelector('[role=log]');
let following = 0;
const follow = () => {
  following = 0;
  log.scrollTop = log.scrollHeight;
};
document.querySelector('button').addEventListener('click', () => {
  const socket = new WebSocket(location.href.replace('http', 'ws'));
  socket.addEventListener('message', ({ data }) => {
    const { name, text } = JSON.parse(data);
    const row = document.createElement('li');
    const bubble = document.createElement('div');
    bubble.className = 'bubble';
    bubble.textContent = text;
    row.append(name, ' ', bubble);
    list.append(row);
    following ||= requestAnimationFrame(follow);
  });
});
</script>
`;

export class PlainPage implements AsyncDisposable {
  readonly #rows: string[] = [];
  readonly #http = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(PAGE);
  });
  readonly #sockets = new WebSocketServer({ server: this.#http });

  /** On a free port of loopback. */
  static async open(): Promise<PlainPage> {
    const page = new PlainPage();
    page.#sockets.on('connection', (socket) => {
      for (const row of page.#rows) socket.send(row);
    });
    page.#http.listen(0, '127.0.0.1');
    await once(page.#http, 'listening');
    return page;
  }

  get address(): string {
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('the plain page has no port');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** One more row, for everyone who is there and who comes. */
  write(name: string, text: string): void {
    const row = JSON.stringify({ name, text });
    this.#rows.push(row);
    for (const socket of this.#sockets.clients) socket.send(row);
  }

  /** Nothing is kept. */
  clear(): void {
    this.#rows.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}
