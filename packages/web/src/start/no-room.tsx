// What is shown instead of a room: loaded while one is in a room, or when it is needed.

import type { ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { background } from '../background.ts';
import { withStyle } from '../browser/later-style.ts';
import { focusHeading } from '../ui/screen-heading.tsx';
import style from './no-room-part.css?url';
import { Unreachable } from './unreachable.tsx';

type NoRoomPart = typeof import('./no-room-part.ts');

const part = signal<NoRoomPart | 'missing' | undefined>(undefined);

/** After a failure, the next call tries again. */
export async function loadNoRoom(): Promise<void> {
  if (typeof part.peek() === 'object') return;
  try {
    part.value = await withStyle(import('./no-room-part.ts'), style);
  } catch {
    part.value = 'missing';
  }
}

/** `takesFocus`: the screen changed before there was a heading. */
export function NoRoom({
  takesFocus,
  children,
}: {
  readonly takesFocus: boolean;
  readonly children: (part: NoRoomPart) => ComponentChildren;
}) {
  const loaded = part.value;
  const isLate = loaded === undefined;
  useEffect(() => background(loadNoRoom()), []);
  useEffect(() => (isLate || !takesFocus ? undefined : focusHeading()), [isLate]);
  if (loaded === undefined) return <main class="single-card" />;
  return loaded === 'missing' ? <Unreachable /> : <>{children(loaded)}</>;
}
