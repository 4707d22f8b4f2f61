// The dialogs of a room and its search: loaded once the room is live, or with the first of them.

export { guideKeyboard } from './keyboard-guide.ts';
export { LinkDialog } from './list/link-dialog.tsx';
export { Unseen } from './unseen.tsx';
export { MembersPanel } from './members.tsx';
export { EncryptedDialog, MembersDialog } from './members-dialog.tsx';
export { Menu } from './menu.tsx';
export { DetailsDialog, InviteDialog, QrDialog, RenameDialog } from './room-dialogs.tsx';
export { ReportDialog } from './report-dialog.tsx';
export { laterItems } from './later-items.ts';
export { SearchPanel } from './search-panel.tsx';
