// In the sheet about a person, for the owner: the room goes to them.

import type { Member } from '@mayfly/client';
import { handOver } from '@mayfly/client/owner';
import { Icon } from '../../ui/icon.tsx';
import { ownerTexts } from '../../words/owner.ts';
import { pieces } from '../../words/sentence.ts';
import { AuthorName } from '../list/author-name.tsx';
import type { RoomView } from '../model/room-view.ts';
import { order, useOrders } from './use-orders.ts';
import { useQuestion } from './use-question.ts';

type HandOverProps = { readonly view: RoomView; readonly person: Member };

/** Asked twice: it can't be taken back. */
export function HandOver({ view, person }: HandOverProps) {
  const orders = useOrders(view);
  const { isAsked, ask, drop, focused } = useQuestion();
  const isUnderWay = orders.asked !== undefined;
  const name = <AuthorName person={person} people={view.people} />;
  if (!isAsked) {
    return (
      <button class="btn btn--secondary" type="button" ref={focused} onClick={ask}>
        <span>{pieces(ownerTexts.handOver, { name })}</span>
      </button>
    );
  }
  return (
    <>
      <p class="note note--warn" role="status">
        <Icon name="alert" />
        <span>
          {orders.failed === undefined
            ? pieces(ownerTexts.handOverHint, { name })
            : ownerTexts.handOverFailed}
        </span>
      </p>
      <div class="actions">
        <button
          class="btn btn--primary"
          type="button"
          aria-disabled={isUnderWay}
          onClick={() => !isUnderWay && order(orders, (port) => handOver(port, person.idPk))}
        >
          {isUnderWay ? ownerTexts.handingOver : ownerTexts.handOverNow}
        </button>
        <button class="btn btn--secondary" type="button" ref={focused} onClick={drop}>
          {ownerTexts.handOverKeep}
        </button>
      </div>
    </>
  );
}
