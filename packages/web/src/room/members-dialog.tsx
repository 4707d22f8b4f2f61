// Who is here, where there is no room for the list beside the messages.

import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { panelTexts } from '../words/panels.ts';
import { InThisRoom, MemberList, SafetyCode } from './members.tsx';
import type { RoomView } from './model/room-view.ts';

type MembersDialogProps = {
  readonly view: RoomView;
  readonly onInvite: () => void;
  readonly onClose: () => void;
};

export function MembersDialog({ view, onInvite, onClose }: MembersDialogProps) {
  return (
    <Dialog title={<InThisRoom people={view.people} />} onClose={onClose}>
      <MemberList view={view} />
      <SafetyCode facts={view.facts} />
      <button class="btn btn--secondary btn--wide" type="button" onClick={onInvite}>
        <Icon name="invite" />
        {panelTexts.invitePeople}
      </button>
    </Dialog>
  );
}
