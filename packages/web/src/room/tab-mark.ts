// The title and icon of the browser's tab, with the number of unread messages.

import type { RoomId } from '@mayfly/protocol';
import { basePath } from '../browser/base-path.ts';
import { roomTexts } from '../words/room.ts';

/** Files, because the content policy allows no other images. */
const ICONS = { plain: 'logo.svg', unread: 'logo-unread.svg' } as const;

export function markTab(id: RoomId, unseen: number): void {
  document.title = roomTexts.title(id, unseen);
  showIcon(unseen > 0 ? 'unread' : 'plain');
}

export function showIcon(which: keyof typeof ICONS): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"][type="image/svg+xml"]');
  if (icon !== null) icon.href = basePath() + ICONS[which];
}
