// Opens a room by its owner link. Loaded when someone does.

import { type RoomLink, keepIdentity, socketUrl, webSocketTransport } from '@mayfly/client';
import { type OwnerOpened, openOwnerLink } from '@mayfly/client/owner-link';
import type { RoomId } from '@mayfly/protocol';
import { serverAddress } from '../browser/base-path.ts';
import { forgetOwnerCode } from '../browser/owner-code.ts';
import { tabStorage } from '../browser/tab-storage.ts';

type Refusal = Extract<OwnerOpened, { ok: false }>['reason'];

/** The room's link, once this tab is the owner's; or why not. */
export async function openAsOwner(id: RoomId, ownerCode: string, name: string): Promise<RoomLink | Refusal> {
  const transport = webSocketTransport(socketUrl(serverAddress()));
  const opened = await openOwnerLink({ id, ownerCode, name, transport });
  if (!opened.ok) return opened.reason;
  keepIdentity(tabStorage, id, opened.identity);
  forgetOwnerCode(id);
  return opened.link;
}
