// The owner code: from an opened owner link until the room is entered, and out of the room's identity, to be saved.

import { loadIdentity } from '@mayfly/client';
import { makeOwnerLink, readOwnerLink } from '@mayfly/client/owner-link';
import type { RoomId } from '@mayfly/protocol';
import { basePath, serverAddress } from './base-path.ts';
import { attempt } from './browser.ts';
import { tabStorage } from './tab-storage.ts';

/** The room whose owner link was opened in this tab, and its code. */
export function openedOwnerLink(id: RoomId | undefined): ReturnType<typeof readOwnerLink> {
  const ownerCode = id && tabStorage.getItem(nameOf(id));
  return id && ownerCode ? { id, ownerCode } : readOwnerLink(location.href);
}

/** Takes it out of the address, and keeps it for a reload. */
export function keepOwnerCode(id: RoomId, code: string): void {
  tabStorage.setItem(nameOf(id), code);
  if (tabStorage.outlivesReload(nameOf(id)))
    attempt(() => history.replaceState(history.state, '', `${basePath()}chat/${id}`));
}

export function forgetOwnerCode(id: RoomId): void {
  tabStorage.removeItem(nameOf(id));
}

/** Undefined in everyone else's tab. */
export function ownerLinkOf(id: RoomId): string | undefined {
  const code = loadIdentity(tabStorage, id)?.ownerCode;
  return code === undefined ? undefined : makeOwnerLink(serverAddress(), id, code);
}

function nameOf(id: RoomId): string {
  return `mayfly:${id}:owner-link`;
}
