// The peer "bare Socket.IO": its own rooms, WebSocket only, nothing else switched on.

import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { sayPort } from './say-port.ts';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  const room = String(socket.handshake.query['room']);
  void socket.join(room);
  socket.on('m', (message: string) => void io.to(room).emit('m', message));
});

server.listen(0, () => sayPort(server.address()));
