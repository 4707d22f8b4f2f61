// What an owner can do instead of just leaving: keep the owner link, hand the room over, give it up, or end it.

import { giveUp } from '@mayfly/client/owner';
import { useState } from 'preact/hooks';
import { Icon } from '../../ui/icon.tsx';
import { ownerLinkTexts } from '../../words/owner-link.ts';
import { ownerTexts } from '../../words/owner.ts';
import { roomTexts } from '../../words/room.ts';
import type { RoomView } from '../model/room-view.ts';
import { HandOverChoice } from './hand-over-choice.tsx';
import { OrderTrouble } from './order-trouble.tsx';
import { type Orders, order, useOrders } from './use-orders.ts';

type OwnerLeavingProps = {
  readonly view: RoomView;
  readonly onOpen: (what: 'ownerLink' | 'end') => void;
  readonly onClose: () => void;
};

export function OwnerLeaving({ view, onOpen, onClose }: OwnerLeavingProps) {
  const orders = useOrders(view);
  const [asked, setAsked] = useState<'handOver' | 'giveUp'>();
  const canAmend = view.facts.value?.canAmend === true;
  return (
    <section class="settings">
      <h3>{ownerTexts.instead}</h3>
      <OrderTrouble orders={orders} />
      <Choice text={ownerLinkTexts.save} onChoose={() => onOpen('ownerLink')} />
      {canAmend && (
        <>
          <Choice
            text={ownerTexts.handOverTo}
            isOpen={asked === 'handOver'}
            onChoose={() => setAsked('handOver')}
          />
          {asked === 'handOver' && <HandOverChoice view={view} onChosen={onClose} />}
          <Choice text={ownerTexts.giveUp} isOpen={asked === 'giveUp'} onChoose={() => setAsked('giveUp')} />
          {asked === 'giveUp' && <GiveUp orders={orders} />}
        </>
      )}
      <Choice text={roomTexts.endForEveryone} look="btn--secondary btn--bad" onChoose={() => onOpen('end')} />
    </section>
  );
}

function GiveUp({ orders }: { readonly orders: Orders }) {
  return (
    <>
      <p class="note note--warn" role="status">
        <Icon name="alert" />
        <span>{ownerTexts.giveUpAsk}</span>
      </p>
      <Choice
        look="btn--end"
        text={ownerTexts.giveUpNow}
        onChoose={() => orders.asked === undefined && order(orders, giveUp)}
      />
    </>
  );
}

type ChoiceProps = {
  readonly text: string;
  /** What it asks about is below it. */
  readonly isOpen?: boolean;
  readonly look?: string;
  readonly onChoose: () => void;
};

function Choice({ text, isOpen, look = 'btn--secondary', onChoose }: ChoiceProps) {
  return (
    <button class={`btn ${look}`} type="button" aria-expanded={isOpen} onClick={onChoose}>
      {text}
    </button>
  );
}
