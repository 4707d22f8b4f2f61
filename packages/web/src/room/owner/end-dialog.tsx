// Asks before the owner ends the room for everyone.

import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ownerTexts } from '../../words/owner.ts';
import type { RoomView } from '../model/room-view.ts';

type EndDialogProps = { readonly view: RoomView; readonly onClose: () => void };

export function EndDialog({ view, onClose }: EndDialogProps) {
  const ending = view.ending.value;
  const isUnderWay = ending === 'under_way';
  return (
    <Dialog
      title={ownerTexts.endAsk}
      lead={ownerTexts.endLead(view.people.count.value - 1)}
      onClose={onClose}
    >
      <p class="muted">{ownerTexts.endCopies}</p>
      <p class="note note--warn" role="status" hidden={ending === undefined || isUnderWay}>
        <Icon name="alert" />
        <span>{ending !== undefined && !isUnderWay && ownerTexts.endFailed[ending]}</span>
      </p>
      <div class="actions">
        <button
          class="btn btn--primary"
          type="button"
          aria-disabled={isUnderWay}
          onClick={() => view.endForEveryone()}
        >
          {isUnderWay ? ownerTexts.ending : ownerTexts.endNow}
        </button>
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {ownerTexts.endKeep}
        </button>
      </div>
    </Dialog>
  );
}
