// In the sheet about a person: removing them from the room.

import type { Member } from '@mayfly/client';
import { removePerson } from '@mayfly/client/owner';
import { background } from '../../background.ts';
import { Icon } from '../../ui/icon.tsx';
import { ownerTexts } from '../../words/owner.ts';
import type { RoomView } from '../model/room-view.ts';
import { changeLink } from './link-change.ts';
import { useOrders } from './use-orders.ts';
import { useQuestion } from './use-question.ts';

type RemovalProps = { readonly view: RoomView; readonly person: Member };

/** Asked twice: it can't be taken back. Once they are out, they are off the list, and the sheet is gone. */
export function Removal({ view, person }: RemovalProps) {
  const orders = useOrders(view);
  const { isAsked, ask, drop, focused } = useQuestion();
  const isUnderWay = orders.asked !== undefined;
  const canChangeLink = view.facts.value?.canChangeLink === true;
  const hint = canChangeLink ? ownerTexts.removeForGoodHint : ownerTexts.removeHint;
  const remove = () => orders.give((port) => removePerson(port, person.idPk));
  const removeForGood = async () => {
    if (await remove()) changeLink(view, { isAfterRemoval: true });
  };
  if (!isAsked) {
    return (
      <button class="btn btn--secondary btn--bad" type="button" ref={focused} onClick={ask}>
        {ownerTexts.remove}
      </button>
    );
  }
  return (
    <>
      <p class="note note--warn" role="status">
        <Icon name="alert" />
        <span>{orders.failed === undefined ? hint : ownerTexts.removeFailed}</span>
      </p>
      <div class="actions actions--rows">
        <button
          class="btn btn--end"
          type="button"
          aria-disabled={isUnderWay}
          onClick={() => !isUnderWay && background(remove())}
        >
          {isUnderWay ? ownerTexts.removing : ownerTexts.removeNow}
        </button>
        {canChangeLink && (
          <button
            class="btn btn--secondary"
            type="button"
            aria-disabled={isUnderWay}
            onClick={() => !isUnderWay && background(removeForGood())}
          >
            {ownerTexts.removeForGood}
          </button>
        )}
        <button class="btn btn--secondary" type="button" ref={focused} onClick={drop}>
          {ownerTexts.removeKeep}
        </button>
      </div>
    </>
  );
}
