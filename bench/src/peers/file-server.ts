// The peer of files: a plain static file server. A body goes into a file of its folder, and a file into an answer.

import { createReadStream, createWriteStream } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { sayPort } from './say-port.ts';

const server = createServer((request, response) => {
  const file = basename(request.url ?? '');
  if (request.method === 'PUT') take(request, response, file);
  else pipeline(createReadStream(file), response, () => {});
});

function take(request: IncomingMessage, response: ServerResponse, file: string): void {
  pipeline(request, createWriteStream(file), (error) => {
    response.writeHead(error ? 500 : 204).end();
  });
}

server.listen(0, '127.0.0.1', () => sayPort(server.address()));
