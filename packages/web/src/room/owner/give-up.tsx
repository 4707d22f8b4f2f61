// In the settings of a room, for its owner: no one owns it from then on.

import { giveUp } from '@mayfly/client/owner';
import { Icon } from '../../ui/icon.tsx';
import { ownerTexts } from '../../words/owner.ts';
import { type Orders, order } from './use-orders.ts';
import { useQuestion } from './use-question.ts';

/** Asked twice: it can't be taken back. */
export function GiveUp({ orders }: { readonly orders: Orders }) {
  const { isAsked, ask, drop, focused } = useQuestion();
  const isUnderWay = orders.asked !== undefined;
  if (!isAsked) {
    return (
      <>
        <p class="hint">{ownerTexts.giveUpHint}</p>
        <button class="btn btn--secondary" type="button" ref={focused} onClick={ask}>
          {ownerTexts.giveUp}
        </button>
      </>
    );
  }
  return (
    <>
      <p class="note note--warn" role="status">
        <Icon name="alert" />
        <span>{ownerTexts.giveUpAsk}</span>
      </p>
      <div class="actions">
        <button
          class="btn btn--end"
          type="button"
          aria-disabled={isUnderWay}
          onClick={() => !isUnderWay && order(orders, giveUp)}
        >
          {ownerTexts.giveUpNow}
        </button>
        <button class="btn btn--secondary" type="button" ref={focused} onClick={drop}>
          {ownerTexts.giveUpKeep}
        </button>
      </div>
    </>
  );
}
