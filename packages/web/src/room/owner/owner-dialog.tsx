// What an owner opens from the menu: the room's settings, the owner link, or the room's end.

import { EndDialog } from './end-dialog.tsx';
import { OwnerLinkDialog } from './owner-link.tsx';
import { RoomSettings, type RoomSettingsProps } from './room-settings.tsx';

type OwnerDialogProps = RoomSettingsProps & { readonly open: 'end' | 'room' | 'ownerLink' };

export function OwnerDialog({ open, ...props }: OwnerDialogProps) {
  if (open === 'ownerLink') return <OwnerLinkDialog id={props.view.link.room.id} onClose={props.onClose} />;
  return open === 'end' ? <EndDialog {...props} /> : <RoomSettings {...props} />;
}
