// Who is here, where there is no room for the list beside the messages; and what the encryption does.

import type { RoomFacts } from '@mayfly/client';
import type { ReadonlySignal } from '@preact/signals';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { panelTexts } from '../words/panels.ts';
import { roomTexts } from '../words/room.ts';
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

type EncryptedDialogProps = {
  readonly facts: ReadonlySignal<RoomFacts | undefined>;
  readonly onClose: () => void;
};

export function EncryptedDialog({ facts, onClose }: EncryptedDialogProps) {
  return (
    <Dialog title={roomTexts.encrypted} lead={panelTexts.encryptedLead} onClose={onClose}>
      <SafetyCode facts={facts} />
    </Dialog>
  );
}
