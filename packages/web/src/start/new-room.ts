// Creates a room on the server this page came from.

import { type Created, type Identity, type RoomLink, type RoomWords, createRoom } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { serverAddress } from '../browser/base-path.ts';

export type CreatedRoom = {
  readonly link: RoomLink;
  readonly identity: Identity;
};

/** An attempt that takes longer counts as failed, even if an answer still comes. */
const CREATE_MS_MAX = 15_000;

type NewRoom = {
  readonly lifeSeconds: number;
  readonly history: HistoryPolicy;
  /** The creator's. */
  readonly name: string;
  readonly room: RoomWords;
};

export function createRoomHere(wanted: NewRoom): Promise<Created> {
  return createRoom({
    ...wanted,
    origin: serverAddress(),
    signal: AbortSignal.timeout(CREATE_MS_MAX),
  });
}
