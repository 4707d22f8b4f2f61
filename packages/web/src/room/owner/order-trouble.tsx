// Why an order had no effect.

import { Icon } from '../../ui/icon.tsx';
import { ownerTexts } from '../../words/owner.ts';
import type { Orders } from './use-orders.ts';

/** Always rendered: a screen reader only announces changes to a region it already knows. */
export function OrderTrouble({ orders: { failed } }: { readonly orders: Orders }) {
  return (
    <p class="note note--warn" role="status" hidden={failed === undefined}>
      <Icon name="alert" />
      <span>{failed !== undefined && ownerTexts.orderFailed[failed]}</span>
    </p>
  );
}
