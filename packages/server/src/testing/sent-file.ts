// A file as its author's client sends it: a place over the socket, parts and bytes over HTTP.

import { createHash } from 'node:crypto';
import {
  FILE_PART_BYTES,
  type FileAnswer,
  type FileAsk,
  type FileOpen,
  type RoomId,
  encodeClientControl,
  filePartCount,
  toBase64url,
} from '@mayfly/protocol';
import { SeededRandom } from './random.ts';
import type { Talker } from './talker.ts';
import { type Answer, type Reachable, type TestRequest, ask } from './test-server.ts';

export class SentFile {
  readonly room: RoomId;
  readonly size: number;
  readonly fid: Uint8Array;
  readonly proof: Uint8Array;
  readonly bytes: Buffer;
  token = new Uint8Array(32);

  constructor(room: RoomId, seed: number, size: number) {
    const random = new SeededRandom(seed);
    this.room = room;
    this.size = size;
    this.fid = random.bytes(16);
    this.proof = random.bytes(16);
    this.bytes = Buffer.alloc(size, random.bytes(251));
  }

  get path(): string {
    return `/api/rooms/${this.room}/files/${toBase64url(this.fid)}`;
  }

  get parts(): number {
    return filePartCount(this.size);
  }

  part(n: number): Buffer {
    return this.bytes.subarray(n * FILE_PART_BYTES, (n + 1) * FILE_PART_BYTES);
  }

  /** The answer about this file. */
  async ask(member: Talker, more: Partial<FileAsk> = {}): Promise<FileAnswer> {
    const delHash = createHash('sha256').update(this.proof).digest().subarray(0, 16);
    const { fid, size } = this;
    return this.#answer(member, encodeClientControl({ type: 'file', fid, size, delHash, ...more }));
  }

  erase(member: Talker, proof = this.proof): Promise<FileAnswer> {
    return this.#answer(member, encodeClientControl({ type: 'fileErase', fid: this.fid, proof }));
  }

  async open(member: Talker, more: Partial<FileAsk> = {}): Promise<FileOpen> {
    const answer = await this.ask(member, more);
    if (answer.type !== 'fileOpen') throw new Error(`no place: ${JSON.stringify(answer)}`);
    this.token = Uint8Array.from(answer.token);
    return answer;
  }

  request(n: number, more: TestRequest = {}): TestRequest {
    const headers = {
      'content-type': 'application/octet-stream',
      authorization: `Mayfly ${toBase64url(this.token)}`,
      ...more.headers,
    };
    return { method: 'PUT', path: `${this.path}/${n}`, body: this.part(n), ...more, headers };
  }

  put(at: Reachable, n: number, more: TestRequest = {}): Promise<Answer> {
    return ask(at, this.request(n, more));
  }

  async send(at: Reachable, member: Talker, more: Partial<FileAsk> = {}): Promise<this> {
    await this.open(member, more);
    for (let n = 0; n < this.parts; n++) {
      const { status } = await this.put(at, n);
      if (status !== 204) throw new Error(`part ${n}: ${status}`);
    }
    return this;
  }

  get(at: Reachable, headers: TestRequest['headers'] = {}, method = 'GET'): Promise<Answer> {
    return ask(at, { method, path: this.path, headers });
  }

  async #answer(member: Talker, frame: string): Promise<FileAnswer> {
    const about = () => member.controls.flatMap((control) => ('fid' in control ? [control] : []));
    const before = about().length;
    member.ws.send(frame);
    await member.until(() => about().length > before);
    const answer = about().at(-1);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }
}
