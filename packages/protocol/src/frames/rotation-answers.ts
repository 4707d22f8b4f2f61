// What an owner's tab and a member's page read and write of a change of the link (ROTATE rules). Apart from the other frames,
// since a page needs it only then.

import { ByteReader, concat, u8 } from '../bytes.ts';
import { PUBLIC_KEY_BYTES, SLOT_BYTES } from '../ids.ts';
import { PROFILE_BYTES, PROFILE_TYPE, SLICE_BYTES, STAGE_TAG_BYTES } from '../limits.ts';
import { type MemberRecord, ROTATION_KIND, type RecordsPage, type Stage } from './rotation-frames.ts';

/** What a server says about changes of the link. `count`: how many slices it has for this tag. */
export type RotationFrame =
  | { readonly type: 'slice'; readonly epoch: number; readonly sealed: Uint8Array }
  | ({ readonly type: 'records' } & RecordsPage)
  | { readonly type: 'staged'; readonly tag: Uint8Array; readonly count: number };

export function encodeStage({ tag, slices }: Pick<Stage, 'tag' | 'slices'>): Uint8Array {
  return concat(u8(ROTATION_KIND.stage), tag, ...slices.flatMap(({ slot, sealed }) => [slot, sealed]));
}

/** Of a whole frame. Undefined if it doesn't fit. */
export function decodeRotationFrame(frame: Uint8Array): RotationFrame | undefined {
  const reader = new ByteReader(frame);
  switch (reader.u8()) {
    case ROTATION_KIND.slice: {
      const [epoch, sealed] = [reader.u32(), reader.take(SLICE_BYTES)];
      return reader.ended ? { type: 'slice', epoch, sealed } : undefined;
    }
    case ROTATION_KIND.staged: {
      const [tag, count] = [reader.take(STAGE_TAG_BYTES), reader.u32()];
      return reader.ended ? { type: 'staged', tag, count } : undefined;
    }
    case ROTATION_KIND.records:
      return decodeRecords(reader);
    default:
      return undefined;
  }
}

function decodeRecords(reader: ByteReader): RotationFrame | undefined {
  const more = reader.u8();
  const records: MemberRecord[] = [];
  while (reader.intact && !reader.ended) {
    const [slot, idPk] = [reader.take(SLOT_BYTES), reader.take(PUBLIC_KEY_BYTES)];
    const profile = reader.take(reader.u16());
    const fits = profile.length === PROFILE_BYTES && profile[0] === PROFILE_TYPE;
    records.push({ slot, idPk, profile: fits ? profile : undefined });
  }
  return reader.ended && more <= 1 ? { type: 'records', more: more === 1, records } : undefined;
}
