// In the sheet about a person, for the owner: what they may do as a moderator.

import type { Member } from '@mayfly/client';
import { setPowers } from '@mayfly/client/owner';
import { POWER } from '@mayfly/protocol';
import { Switch } from '../../ui/switch.tsx';
import { ownerTexts } from '../../words/owner.ts';
import type { RoomView } from '../model/room-view.ts';
import { OrderTrouble } from './order-trouble.tsx';
import { order, useOrders } from './use-orders.ts';

type PowersProps = { readonly view: RoomView; readonly person: Member };

const POWERS = ['kick', 'door'] as const;

export function Powers({ view, person }: PowersProps) {
  const orders = useOrders(view);
  const powers = orders.asked?.powers ?? person.powers;
  return (
    <section class="settings">
      <h3>{ownerTexts.asModerator}</h3>
      <OrderTrouble orders={orders} />
      {POWERS.map((power) => (
        <Switch
          key={power}
          label={ownerTexts.powers[power]}
          hint={ownerTexts.powerHints[power]}
          on={(powers & POWER[power]) !== 0}
          onChange={(on) => {
            const mask = on ? powers | POWER[power] : powers & ~POWER[power];
            order(orders, (port) => setPowers(port, person.idPk, mask), { powers: mask });
          }}
        />
      ))}
      <p class="hint">{ownerTexts.powersHint}</p>
    </section>
  );
}
