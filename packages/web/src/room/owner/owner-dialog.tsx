// What an owner opens from the menu: the room's settings, or its end.

import { EndDialog } from './end-dialog.tsx';
import { RoomSettings, type RoomSettingsProps } from './room-settings.tsx';

type OwnerDialogProps = RoomSettingsProps & { readonly open: 'end' | 'room' };

export function OwnerDialog({ open, ...props }: OwnerDialogProps) {
  return open === 'end' ? <EndDialog {...props} /> : <RoomSettings {...props} />;
}
