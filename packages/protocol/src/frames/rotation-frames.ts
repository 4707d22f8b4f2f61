// Frames about a change of the link: members' records, slices that wait for the charter, and slices on their way (ROTATE
// rules). A slice is the room's next secrets, sealed for one member.

import { ByteReader, concat, toBase64url, u16, u32, u8 } from '../bytes.ts';
import { SLOT_BYTES } from '../ids.ts';
import { type JsonObject, bytesField, field } from '../json.ts';
import { SLICES_MAX, SLICE_BYTES, STAGE_TAG_BYTES } from '../limits.ts';

/** Asks for members' records, from the first on, or those after this slot in base64url (rule ROTATE-2). */
export type RecordsAsk = { readonly type: 'records'; readonly after?: string };

/** For the member in this slot. */
export type Slice = { readonly slot: Uint8Array; readonly sealed: Uint8Array };

/** Slices for the charter with this tag (rule ROTATE-3). */
export type Stage = { readonly type: 'stage'; readonly tag: Uint8Array; readonly slices: readonly Slice[] };

/** A member as the room knows them, here or not. */
export type MemberRecord = {
  readonly slot: Uint8Array;
  readonly idPk: Uint8Array;
  /** The newest one they published, as in `MemberProfile`. */
  readonly profile: Uint8Array | undefined;
};

/** One answer to `records`; `more`: ask again, after the last one. */
export type RecordsPage = { readonly more: boolean; readonly records: readonly MemberRecord[] };

/** First byte of such a frame. */
export const ROTATION_KIND = { stage: 0x05, slice: 0x96, records: 0x98, staged: 0x99 } as const;

const { slice, records, staged } = ROTATION_KIND;

/** Whether a frame of the server's that begins with this byte is one of these. */
export function isRotationKind(kind: number): boolean {
  return kind === slice || kind === records || kind === staged;
}

export function decodeRecordsAsk(object: JsonObject): RecordsAsk | undefined {
  const after = field(object, 'after');
  if (after === undefined) return { type: 'records' };
  const slot = bytesField(after, SLOT_BYTES);
  return slot && { type: 'records', after: toBase64url(slot) };
}

/** `bytes`: without the kind. */
export function decodeStage(bytes: Uint8Array): Stage | undefined {
  const reader = new ByteReader(bytes);
  const tag = reader.take(STAGE_TAG_BYTES);
  const slices: Slice[] = [];
  while (reader.intact && !reader.ended && slices.length < SLICES_MAX) {
    slices.push({ slot: reader.take(SLOT_BYTES), sealed: reader.take(SLICE_BYTES) });
  }
  return reader.ended ? { type: 'stage', tag, slices } : undefined;
}

export function encodeSliceFrame(epoch: number, sealed: Uint8Array): Uint8Array {
  return concat(u8(ROTATION_KIND.slice), u32(epoch), sealed);
}

export function encodeStaged(tag: Uint8Array, count: number): Uint8Array {
  return concat(u8(ROTATION_KIND.staged), tag, u32(count));
}

export function encodeRecords({ more, records }: RecordsPage): Uint8Array {
  const rows = records.flatMap(({ slot, idPk, profile = NONE }) => [
    slot,
    idPk,
    u16(profile.length),
    profile,
  ]);
  return concat(u8(ROTATION_KIND.records), u8(more ? 1 : 0), ...rows);
}

const NONE = new Uint8Array(0);
