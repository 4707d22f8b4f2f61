// The title and icon of the browser's tab, with the number of unread messages.

import { basePath } from '../browser/base-path.ts';
import { roomTexts } from '../words/room.ts';

/** Files, because the content policy allows no other images. */
const ICONS = { plain: 'logo.svg', unread: 'logo-unread.svg' } as const;

/** `room`: its name, or its code. */
export function markTab(room: string, unseen: number): void {
  document.title = roomTexts.title(room, unseen);
  showIcon(unseen > 0 ? 'unread' : 'plain');
}

export function showIcon(which: keyof typeof ICONS): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"][type="image/svg+xml"]');
  if (icon !== null) icon.href = basePath() + ICONS[which];
}
