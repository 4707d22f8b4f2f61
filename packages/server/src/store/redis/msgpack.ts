// The part of MessagePack that maps between this server and the Lua library need (cmsgpack there). Lua strings are bytes.

import { ByteReader, concat, u32 } from '@mayfly/protocol';

export type Packable = string | number | boolean | Uint8Array | undefined;

/** A map of up to 15 fields; those that are undefined are left out. Numbers are whole and not negative. */
export function packMap(fields: Readonly<Record<string, Packable>>): Uint8Array {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (present.length > 15) throw new Error('too many fields for a small map');
  const parts = present.flatMap(([name, value]) => [pack(name), pack(value)]);
  return concat(Uint8Array.of(0x80 | present.length), ...parts);
}

function pack(value: Packable): Uint8Array {
  if (typeof value === 'number') return packNumber(value);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xc3 : 0xc2);
  const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(value);
  return concat(Uint8Array.of(0xdb), u32(bytes.length), bytes);
}

function packNumber(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error('not a whole number');
  return concat(Uint8Array.of(0xcf), u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
}

type Value = number | boolean | Uint8Array | Fields | undefined;

/** A map from Lua, read field by field. Another form than expected is a bug, and throws. */
export class Fields {
  readonly #values: ReadonlyMap<string, Value>;

  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = values;
  }

  number(name: string): number {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : wrong(name);
  }

  numberIfAny(name: string): number | undefined {
    return this.#values.has(name) ? this.number(name) : undefined;
  }

  flag(name: string): boolean {
    const value = this.#values.get(name);
    return typeof value === 'boolean' ? value : wrong(name);
  }

  bytes(name: string): Uint8Array {
    return this.bytesIfAny(name) ?? wrong(name);
  }

  /** A copy: a slot that outlives the answer must not pin all of it. */
  bytesIfAny(name: string): Uint8Array | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    return value instanceof Uint8Array ? Uint8Array.from(value) : wrong(name);
  }

  text(name: string): string {
    return new TextDecoder().decode(this.bytes(name));
  }

  textIfAny(name: string): string | undefined {
    return this.#values.has(name) ? this.text(name) : undefined;
  }

  map(name: string): Fields {
    return this.mapIfAny(name) ?? wrong(name);
  }

  mapIfAny(name: string): Fields | undefined {
    const value = this.#values.get(name);
    return value === undefined || value instanceof Fields ? value : wrong(name);
  }
}

function wrong(name: string): never {
  throw new Error(`Redis answered without a right ${name}`);
}

export function unpackMap(packed: Uint8Array): Fields {
  const reader = new ByteReader(packed);
  const map = unpack(reader);
  return map instanceof Fields && reader.ended ? map : wrong('map');
}

function unpack(reader: ByteReader): Value {
  const tag = reader.u8();
  if (tag < 0x80) return tag;
  if (tag < 0x90) return unpackFields(reader, tag & 0x0f);
  if (tag >= 0xa0 && tag < 0xc0) return reader.take(tag & 0x1f);
  switch (tag) {
    case 0xc2:
    case 0xc3:
      return tag === 0xc3;
    case 0xcc:
      return reader.u8();
    case 0xcd:
      return reader.u16();
    case 0xce:
      return reader.u32();
    case 0xcf:
      return reader.u32() * 2 ** 32 + reader.u32();
    case 0xd9:
      return reader.take(reader.u8());
    case 0xda:
      return reader.take(reader.u16());
    case 0xdb:
      return reader.take(reader.u32());
    case 0xde:
      return unpackFields(reader, reader.u16());
    default:
      return wrong('type');
  }
}

function unpackFields(reader: ByteReader, count: number): Fields {
  const values = new Map<string, Value>();
  for (let i = 0; i < count; i++) {
    const name = unpack(reader);
    if (!(name instanceof Uint8Array)) return wrong('name');
    values.set(new TextDecoder().decode(name), unpack(reader));
  }
  return new Fields(values);
}
