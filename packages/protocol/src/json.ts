// Reading foreign JSON field by field: every reader returns undefined for what does not fit, and none throws.

import { fromBase64url } from './bytes.ts';

export type JsonObject = { readonly [field: string]: unknown };

/** An object at the top, or undefined. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field: what a prototype brings does not count. */
export function field(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function wholeNumber(value: unknown, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
    ? value
    : undefined;
}

/** A whole number, cut to what is believed: for claims that cannot be checked. */
export function clamped(value: unknown, { min = 0, max }: Range): number | undefined {
  const number = wholeNumber(value);
  return number === undefined ? undefined : clamp(number, min, max);
}

/** Also a fraction. */
export function clampedFraction(value: unknown, { min = 0, max }: Range): number | undefined {
  const positive = typeof value === 'number' && Number.isFinite(value) && value > 0;
  return positive ? clamp(value, min, max) : undefined;
}

type Range = { readonly min?: number; readonly max: number };

function clamp(number: number, min: number, max: number): number {
  return Math.min(Math.max(number, min), max);
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function oneOf<const T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value);
}

/** Base64url of exactly `length` bytes. */
export function bytesField(value: unknown, length: number): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length !== Math.ceil((length * 8) / 6)) return undefined;
  const bytes = fromBase64url(value);
  return bytes?.length === length ? bytes : undefined;
}

/** An array of at most `most` entries, every one of which `read` accepts. */
export function listOf<T>(
  value: unknown,
  most: number,
  read: (entry: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const list: T[] = [];
  for (const entry of value) {
    const item = read(entry);
    if (item === undefined) return undefined;
    list.push(item);
  }
  return list;
}
