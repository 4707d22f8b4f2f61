// Asks before a message is taken back, and offers its text once more.

import type { Message } from '@mayfly/client';
import { Dialog } from '../../ui/dialog.tsx';
import { talkTexts } from '../../words/talk.ts';
import { type RoomView, canEdit } from '../model/room-view.ts';

type UnsendDialogProps = {
  readonly message: Message;
  readonly view: RoomView;
  readonly onClose: () => void;
};

export function UnsendDialog({ message, view, onClose }: UnsendDialogProps) {
  const unsend = (again: boolean) => () => {
    onClose();
    view.unsend(message.key, again);
    if (again) document.querySelector<HTMLElement>('.composer__text')?.focus();
  };
  return (
    <Dialog title={talkTexts.unsendAsk} lead={talkTexts.unsendLead} onClose={onClose}>
      <p class="muted">{talkTexts.unsendOffline}</p>
      <div class="actions">
        <button class="btn btn--primary" type="button" onClick={unsend(false)}>
          {talkTexts.unsend}
        </button>
        {canEdit(message) && (
          <button class="btn btn--secondary" type="button" onClick={unsend(true)}>
            {talkTexts.unsendAgain}
          </button>
        )}
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {talkTexts.keep}
        </button>
      </div>
    </Dialog>
  );
}
