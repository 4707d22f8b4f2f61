// The peer "naive ws": what one writes first with the ws package. Rooms are paths.

import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { sayPort } from './say-port.ts';

const rooms = new Map<string, Set<WebSocket>>();
const server = createServer();

new WebSocketServer({ server }).on('connection', (socket, { url = '/' }) => {
  const members = rooms.get(url) ?? new Set();
  rooms.set(url, members.add(socket));
  socket.on('message', (message: Buffer, binary) => {
    for (const member of members) member.send(message, { binary });
  });
  socket.on('close', () => members.delete(socket));
});

server.listen(0, () => sayPort(server.address()));
