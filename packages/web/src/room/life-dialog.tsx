// The settings, or a copy of the chat.

import type { RoomView } from './model/room-view.ts';
import { SaveCopy } from './save-copy.tsx';
import { SettingsSheet } from './settings-sheet.tsx';

type LifeDialogProps = {
  readonly open: 'settings' | 'copy';
  readonly view: RoomView;
  readonly onClose: () => void;
};

export function LifeDialog({ open, ...props }: LifeDialogProps) {
  return open === 'copy' ? <SaveCopy {...props} /> : <SettingsSheet {...props} />;
}
