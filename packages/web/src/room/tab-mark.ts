// What the browser's tab says of a room: that it is one, and what came while no one looked.

import type { RoomId } from '@mayfly/protocol';
import { basePath } from '../browser/base-path.ts';
import { roomTexts } from '../words/room.ts';

/** Files, not drawn here: the page's policy lets no other picture in. */
const ICONS = { plain: 'logo.svg', unread: 'logo-unread.svg' } as const;

export function markTab(id: RoomId, unseen: number): void {
  document.title = roomTexts.title(id, unseen);
  showIcon(unseen > 0 ? 'unread' : 'plain');
}

export function showIcon(which: keyof typeof ICONS): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"][type="image/svg+xml"]');
  if (icon !== null) icon.href = basePath() + ICONS[which];
}
