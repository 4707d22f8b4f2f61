// Rows of the menu that not everyone has.

import { panelTexts } from '../words/panels.ts';
import { roomTexts } from '../words/room.ts';
import type { MenuItem } from './more-menu.tsx';
import type { RoomView } from './model/room-view.ts';
import { reportItems } from './report-item.ts';

/** `open` opens a dialog. */
export function laterItems(
  { canEnd }: Pick<RoomView, 'canEnd'>,
  open: (what: 'report' | 'ownerLink' | 'end') => void,
): readonly MenuItem[] {
  const report = reportItems(() => open('report'));
  if (!canEnd.value) return report;
  return [
    ...report,
    { icon: 'key', text: panelTexts.saveOwnerLink, onChoose: () => open('ownerLink') },
    { icon: 'glass', text: roomTexts.endForEveryone, onChoose: () => open('end') },
  ];
}
