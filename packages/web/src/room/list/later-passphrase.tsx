// The passphrase of the few rooms that have one, once its file is there.

import { useEffect } from 'preact/hooks';
import type { RoomView } from '../model/room-view.ts';
import { LaterPart } from '../text/later-part.ts';

const note = new LaterPart(() => import('./passphrase-note.tsx'));

export function LaterPassphrase({ link }: Pick<RoomView, 'link'>) {
  const isNeeded = link.room.door !== undefined;
  useEffect(() => {
    if (isNeeded) note.want();
  }, [isNeeded]);
  const part = isNeeded ? note.loaded.value : undefined;
  return part === undefined ? null : <part.PassphraseNote passphrase={link.passphrase} />;
}
