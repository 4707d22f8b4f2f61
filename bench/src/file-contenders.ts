// Contenders for files: Mayfly and a plain static file server, each with its upload and download requests.

import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  FILE_PART_BYTES,
  type FileAnswer,
  type FileAsk,
  type FileErase,
  decodeServerControl,
  encodeClientControl,
  filePartCount,
  filePartLength,
  toBase64url,
  utf8,
} from '@mayfly/protocol';
import { type Contender, MAYFLY } from './contenders.ts';
import type { Transfer } from './file-mover.ts';
import { OPCODE, clientFrame } from './frames.ts';
import { type BenchRoom, greet, makeRoom, newKey } from './mayfly-rooms.ts';
import type { Program } from './measured-process.ts';
import { persistently } from './patience.ts';
import type { Wire } from './wire.ts';

/** Some files of one size, before they are there. */
export type FileSet = {
  readonly uploads: readonly (readonly Transfer[])[];
  readonly downloads: readonly (readonly Transfer[])[];
  /** Takes them away again. */
  readonly erase: () => Promise<void>;
};

export type FileContender = {
  readonly name: string;
  readonly program: Program;
  readonly prepare: (port: number, count: number, bytes: number) => Promise<FileSet>;
};

const FILE_SERVER = 'plain file server';

export const PLAIN_FILE_SERVER: FileContender = {
  name: FILE_SERVER,
  program: { path: fileURLToPath(new URL('./peers/file-server.js', import.meta.url)) },
  prepare: async (_port, count, bytes) => {
    const names = Array.from({ length: count }, (_, i) => `/file${i}`);
    return {
      uploads: names.map((path) => [{ method: 'PUT', path, bytes }]),
      downloads: names.map((path) => [{ method: 'GET', path, bytes }]),
      erase: async () => {},
    };
  },
};

/** In a room of their own. */
export function filesOfMayfly({ program }: Contender): FileContender {
  return {
    name: MAYFLY,
    program,
    prepare: async (port, count, bytes) =>
      placesIn(port, await persistently(() => makeRoom(port)), count, bytes),
  };
}

/** LIMIT-11: what a member may have open. */
const OPEN_PER_MEMBER = 3;
const PROOF_BYTES = 16;

/** Places for so many files, and the requests that fill and read them. */
export async function placesIn(
  port: number,
  room: BenchRoom,
  count: number,
  bytes: number,
): Promise<FileSet> {
  const files: (PlacedFile & { readonly member: Wire })[] = [];
  let member: Wire | undefined;
  for (let i = 0; i < count; i++) {
    if (member === undefined || i % OPEN_PER_MEMBER === 0)
      member = (await persistently(() => greet(port, room, newKey()))).wire;
    files.push({ ...(await openPlace(member, room, bytes)), member });
  }
  return {
    uploads: files.map(({ uploads }) => uploads),
    downloads: files.map(({ path }) => [{ method: 'GET', path, bytes }]),
    erase: async () => {
      for (const { fid, proof, member: author } of files)
        await asked(author, { type: 'fileErase', fid, proof });
      for (const author of new Set(files.map((file) => file.member))) author.drop();
    },
  };
}

type PlacedFile = {
  readonly fid: Uint8Array;
  readonly proof: Uint8Array;
  readonly path: string;
  readonly uploads: readonly Transfer[];
};

async function openPlace(member: Wire, { id }: BenchRoom, size: number): Promise<PlacedFile> {
  const [fid, proof] = [Uint8Array.from(randomBytes(16)), Uint8Array.from(randomBytes(PROOF_BYTES))];
  const delHash = Uint8Array.from(createHash('sha256').update(proof).digest().subarray(0, PROOF_BYTES));
  const answer = await asked(member, { type: 'file', fid, size, delHash });
  if (answer.type !== 'fileOpen') throw new Error(`no place for a file: ${answer.type}`);
  const path = `/api/rooms/${id}/files/${toBase64url(fid)}`;
  const headers = {
    Authorization: `Mayfly ${toBase64url(answer.token)}`,
    'Content-Type': 'application/octet-stream',
  };
  const uploads = Array.from({ length: filePartCount(size) }, (_, n) => {
    const bytes = filePartLength(size, n) ?? FILE_PART_BYTES;
    return { method: 'PUT', path: `${path}/${n}`, bytes, headers } as const;
  });
  return { fid, proof, path, uploads };
}

// Whatever else the server says meanwhile is for others.
async function asked(member: Wire, frame: FileAsk | FileErase): Promise<FileAnswer> {
  member.write(clientFrame(OPCODE.text, utf8(encodeClientControl(frame))));
  for (;;) {
    const answer = decodeServerControl(await member.nextText());
    if (answer !== undefined && 'fid' in answer) return answer;
  }
}
