// What a reload must find of files that are on their way: the secrets under which a file was begun (STREAM-6), and files
// that the server still has to erase (FILE-8).

import {
  FILE_ID_BYTES,
  FILE_KEY_BYTES,
  FILE_LIMITS_MAX,
  FILE_NONCE_BYTES,
  type JsonObject,
  bytesField,
  equalBytes,
  field,
  isJsonObject,
  listOf,
  parseJsonObject,
  toBase64url,
  wholeNumber,
} from '@mayfly/protocol';
import type { RoomStorage } from '../storage/tab-storage.ts';
import { FILES_NAME } from '../storage/file-names.ts';
import type { FileSecrets } from './sealed-file.ts';

/** A file that is being sent. `hash`: SHA-256 of the padded plaintext. */
export type BegunFile = FileSecrets & {
  readonly fid: Uint8Array;
  readonly size: number;
  readonly hash: Uint8Array;
  readonly name: string;
};

const HASH_BYTES = 32;
/** The oldest is forgotten; the server forgets it, too (FILE-6). */
const KEPT_MAX = 50;

export class KeptFiles {
  readonly #storage: RoomStorage;
  #begun: readonly BegunFile[];
  #erased: readonly Uint8Array[];

  constructor(storage: RoomStorage) {
    this.#storage = storage;
    const object = parseJsonObject(storage.get(FILES_NAME)) ?? {};
    this.#begun = listOf(field(object, 'begun'), KEPT_MAX, readBegun) ?? [];
    this.#erased = listOf(field(object, 'erased'), KEPT_MAX, readFid) ?? [];
  }

  /** Files whose sending was begun, by this page or one before it. */
  get begun(): readonly BegunFile[] {
    return this.#begun;
  }

  /** Files that the server has to erase. */
  get toErase(): readonly Uint8Array[] {
    return this.#erased;
  }

  begin(file: BegunFile): void {
    this.#begun = [...this.#begun, file].slice(-KEPT_MAX);
    this.#keep();
  }

  finish(fid: Uint8Array): void {
    this.#begun = this.#begun.filter((file) => !equalBytes(file.fid, fid));
    this.#keep();
  }

  erase(fid: Uint8Array): void {
    this.#erased = [...this.#erased.filter((one) => !equalBytes(one, fid)), fid].slice(-KEPT_MAX);
    this.finish(fid);
  }

  isErased(fid: Uint8Array): void {
    this.#erased = this.#erased.filter((one) => !equalBytes(one, fid));
    this.#keep();
  }

  #keep(): void {
    if (this.#begun.length === 0 && this.#erased.length === 0) return this.#storage.remove(FILES_NAME);
    const begun = this.#begun.map(({ fid, key, nonce, size, hash, name }) => ({
      fid: toBase64url(fid),
      key: toBase64url(key),
      nonce: toBase64url(nonce),
      size,
      hash: toBase64url(hash),
      name,
    }));
    this.#storage.set(FILES_NAME, JSON.stringify({ begun, erased: this.#erased.map(toBase64url) }));
  }
}

const readFid = (value: unknown) => bytesField(value, FILE_ID_BYTES);

function readBegun(value: unknown): BegunFile | undefined {
  return isJsonObject(value) ? readFields(value) : undefined;
}

function readFields(object: JsonObject): BegunFile | undefined {
  const fid = readFid(field(object, 'fid'));
  const key = bytesField(field(object, 'key'), FILE_KEY_BYTES);
  const nonce = bytesField(field(object, 'nonce'), FILE_NONCE_BYTES);
  const hash = bytesField(field(object, 'hash'), HASH_BYTES);
  const size = wholeNumber(field(object, 'size'), FILE_LIMITS_MAX.file);
  const name = field(object, 'name');
  if (!fid || !key || !nonce || !hash || size === undefined || typeof name !== 'string') return undefined;
  return { fid, key, nonce, size, hash, name };
}
