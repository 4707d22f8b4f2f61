// Reads and makes owner links (LINK-5). Modules of their own: few pages need them, and fewer open one.

import { BASE58, type RoomId, parseRoomId } from '@mayfly/protocol';
import { makeLink, readFragment } from './link.ts';

export {
  OWNER_LINK_WITHIN_MS,
  type OwnerLinkOptions,
  type OwnerOpened,
  openOwnerLink,
} from './owner-opening.ts';

/** The flag of an owner link (LINK-5). */
const FLAG_OWNER = 5;

/** The link that makes whoever has it the room's owner. `server` as in `makeLink`. */
export function makeOwnerLink(server: string, id: RoomId, ownerCode: string): string {
  return makeLink(server, id, ownerCode, FLAG_OWNER);
}

const OWNER_LINK = new RegExp(`/chat/([${BASE58}]{4,32})#(${FLAG_OWNER}[${BASE58}]{34})(?![${BASE58}])`);

/** The room and the owner code of an owner link that stands in an address. */
export function readOwnerLink(
  address: string,
): { readonly id: RoomId; readonly ownerCode: string } | undefined {
  const [, idText = '', fragment = ''] = OWNER_LINK.exec(address) ?? [];
  const [id, read] = [parseRoomId(idText), readFragment(fragment)];
  return id === undefined || read === undefined ? undefined : { id, ownerCode: read.secret };
}
