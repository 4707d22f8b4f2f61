// Asks before the owner ends the room for everyone.

import { endRoom } from '@mayfly/client/owner';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ownerTexts } from '../../words/owner.ts';
import type { RoomView } from '../model/room-view.ts';
import { order, useOrders } from './use-orders.ts';

type EndDialogProps = { readonly view: RoomView; readonly onClose: () => void };

export function EndDialog({ view, onClose }: EndDialogProps) {
  const orders = useOrders(view);
  const isUnderWay = orders.asked !== undefined;
  return (
    <Dialog
      title={ownerTexts.endAsk}
      lead={ownerTexts.endLead(view.people.count.value - 1)}
      onClose={onClose}
    >
      <p class="muted">{ownerTexts.endCopies}</p>
      <p class="note note--warn" role="status" hidden={orders.failed === undefined}>
        <Icon name="alert" />
        <span>{orders.failed !== undefined && ownerTexts.endFailed[orders.failed]}</span>
      </p>
      <div class="actions">
        <button
          class="btn btn--end"
          type="button"
          aria-disabled={isUnderWay}
          onClick={() => !isUnderWay && order(orders, endRoom)}
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
